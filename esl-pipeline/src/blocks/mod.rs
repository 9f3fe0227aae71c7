//! Lesson to Notion blocks. Pure: no I/O, total, linear in the length of the lesson.
