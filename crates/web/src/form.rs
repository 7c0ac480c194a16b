//! Forms, read as a whole before anybody looks at them, so that one which never comes to its end holds nothing.

use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::Error;
use crate::error::Reason;

/// Longest form, in bytes: thousands of turns may be ticked.
const LONGEST: usize = 2 * 1024 * 1024;
/// So long a form may take.
const COMES_WITHIN: Duration = Duration::from_secs(10);

/// Waits for all of a form.
pub(crate) async fn whole(request: Request, next: Next) -> Response {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    let (head, body) = request.into_parts();
    match read(body, COMES_WITHIN).await {
        Ok(form) => next.run(Request::from_parts(head, Body::from(form))).await,
        Err(error) => error.into_response(),
    }
}

async fn read(body: Body, within: Duration) -> Result<Bytes, Error> {
    match tokio::time::timeout(within, to_bytes(body, LONGEST)).await {
        Ok(Ok(form)) => Ok(form),
        Ok(Err(_)) => Err(Error::Request(Reason::LongForm)),
        Err(_) => Err(Error::Request(Reason::SlowForm)),
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use futures_util::{StreamExt as _, stream};

    use super::*;

    #[tokio::test]
    async fn a_form_that_never_ends_is_given_up() {
        let begun = stream::iter([Ok::<_, Infallible>("what=sho")]);
        let endless = Body::from_stream(begun.chain(stream::pending()));
        let read = read(endless, Duration::from_millis(50)).await;
        assert!(matches!(read, Err(Error::Request(Reason::SlowForm))));
    }

    #[tokio::test]
    async fn a_form_may_be_long_and_not_longer() {
        let within = Duration::from_secs(3600);
        let form = vec![b'a'; LONGEST];
        assert_eq!(read(Body::from(form.clone()), within).await.unwrap(), form);
        let read = read(Body::from([form, vec![b'a']].concat()), within).await;
        assert!(matches!(read, Err(Error::Request(Reason::LongForm))));
    }
}
