//! What the field `md` of a job may say.

use std::fmt;
use std::path::{Component, Path};

use esl_core::job::LessonUploadId;

use super::LessonError;

/// A lesson as jobs name it. Nothing outside the uploads of the job's owner and the folder of lessons
/// has a name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum LessonName {
    /// `upload:<uuid>`: an upload of the job's owner.
    Upload(LessonUploadId),
    /// `lesson:<path>`, or the path alone: a file below the folder of lessons, its parts joined by
    /// `/`, none of them `.` or `..`.
    File(String),
}

/// What files of lessons may end in.
const EXTENSIONS: [&str; 3] = ["md", "markdown", "txt"];

impl LessonName {
    /// Reads a name. `./a.md` and `b/../a.md` are `a.md`.
    ///
    /// # Errors
    /// [`LessonError::NotAllowed`] if it is absolute, leads out of the folder of lessons, or ends
    /// otherwise than lessons do.
    pub fn parse(md: &str) -> Result<Self, LessonError> {
        let md = md.trim();
        if let Some(id) = md.strip_prefix("upload:") {
            let id = id.parse().map_err(|_| not_allowed("no such upload id"))?;
            return Ok(Self::Upload(id));
        }
        let path = md.strip_prefix("lesson:").unwrap_or(md);
        let path = normalized(path).ok_or_else(|| not_allowed("a path below the lessons"))?;
        if !is_lesson(Path::new(&path)) {
            return Err(not_allowed("a file ending in md, markdown or txt"));
        }
        Ok(Self::File(path))
    }
}

/// Whether a file may be a lesson, by its name.
pub(super) fn is_lesson(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| {
        EXTENSIONS
            .iter()
            .any(|known| extension.eq_ignore_ascii_case(known))
    })
}

/// The path without detours; none if it is absolute, empty, or leads out.
fn normalized(path: &str) -> Option<String> {
    if path.contains('\\') || path.chars().any(char::is_control) {
        return None;
    }
    let mut parts = Vec::new();
    for component in Path::new(path).components() {
        match component {
            Component::Normal(part) => parts.push(part.to_str()?),
            Component::CurDir => {}
            Component::ParentDir => drop(parts.pop()?),
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}

fn not_allowed(expected: &'static str) -> LessonError {
    LessonError::NotAllowed { expected }
}

impl fmt::Display for LessonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Upload(id) => write!(f, "upload:{id}"),
            Self::File(path) => write!(f, "lesson:{path}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str) -> LessonName {
        LessonName::File(path.to_owned())
    }

    #[test]
    fn uploads_and_paths_below_the_lessons_have_names() {
        let id = LessonUploadId::new();
        let upload = LessonName::parse(&format!("upload:{id}")).unwrap();
        assert_eq!(upload, LessonName::Upload(id));
        for (md, path) in [
            ("lesson:unit 1/a.md", "unit 1/a.md"),
            ("./lessons/mission.MD", "lessons/mission.MD"),
            ("b/../a.markdown", "a.markdown"),
            ("notes.txt", "notes.txt"),
        ] {
            assert_eq!(LessonName::parse(md).unwrap(), file(path), "{md}");
        }
    }

    #[test]
    fn a_name_is_read_back() {
        for name in [
            LessonName::Upload(LessonUploadId::new()),
            file("unit 1/a.md"),
        ] {
            assert_eq!(LessonName::parse(&name.to_string()).unwrap(), name);
        }
    }

    #[test]
    fn nothing_else_has_a_name() {
        for md in [
            "",
            "/etc/hostname",
            "/etc/notes.md",
            "../a.md",
            "a/../../b.md",
            "lesson:/a.md",
            "lesson:../a.md",
            "upload:7",
            "upload:../a.md",
            "..\\a.md",
            "C:\\a.md",
            "a.md\0",
            ".md",
            "a.pdf",
            "folder",
            "file:///a.md/..",
        ] {
            assert!(LessonName::parse(md).is_err(), "{md}");
        }
    }
}
