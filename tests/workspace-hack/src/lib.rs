//! Feature unification: every crate has this one among its dev-dependencies, so that the tests of one
//! crate use the same build of each dependency as those of the whole workspace.
