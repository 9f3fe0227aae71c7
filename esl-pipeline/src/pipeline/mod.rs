//! One run: the stages, the plan that chooses them and the report they leave.
