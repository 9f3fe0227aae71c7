//! The languages that Notion gives a code block.

/// Source: Notion API reference, "Block", code block, `language`.
const LANGUAGES: &[&str] = &[
    "abap",
    "abc",
    "agda",
    "arduino",
    "ascii art",
    "assembly",
    "bash",
    "basic",
    "bnf",
    "c",
    "c#",
    "c++",
    "clojure",
    "coffeescript",
    "coq",
    "css",
    "dart",
    "dhall",
    "diff",
    "docker",
    "ebnf",
    "elixir",
    "elm",
    "erlang",
    "f#",
    "flow",
    "fortran",
    "gherkin",
    "glsl",
    "go",
    "graphql",
    "groovy",
    "haskell",
    "hcl",
    "html",
    "idris",
    "java",
    "java/c/c++/c#",
    "javascript",
    "json",
    "julia",
    "kotlin",
    "latex",
    "less",
    "lisp",
    "livescript",
    "llvm ir",
    "lua",
    "makefile",
    "markdown",
    "markup",
    "mathematica",
    "matlab",
    "mermaid",
    "nix",
    "notion formula",
    "objective-c",
    "ocaml",
    "pascal",
    "perl",
    "php",
    "plain text",
    "powershell",
    "prolog",
    "protobuf",
    "purescript",
    "python",
    "r",
    "racket",
    "reason",
    "ruby",
    "rust",
    "sass",
    "scala",
    "scheme",
    "scss",
    "shell",
    "smalltalk",
    "solidity",
    "sql",
    "swift",
    "toml",
    "typescript",
    "vb.net",
    "verilog",
    "vhdl",
    "visual basic",
    "webassembly",
    "xml",
    "yaml",
];

const ALIASES: &[(&str, &str)] = &[
    ("cpp", "c++"),
    ("cs", "c#"),
    ("js", "javascript"),
    ("jsx", "javascript"),
    ("kt", "kotlin"),
    ("md", "markdown"),
    ("py", "python"),
    ("rb", "ruby"),
    ("rs", "rust"),
    ("sh", "shell"),
    ("tex", "latex"),
    ("text", "plain text"),
    ("ts", "typescript"),
    ("tsx", "typescript"),
    ("txt", "plain text"),
    ("yml", "yaml"),
    ("zsh", "shell"),
];

/// Notion's language for the words after an opening fence: `plain text` for none at all, and none
/// if Notion does not know the language.
#[must_use]
pub fn code_language(info: &str) -> Option<&'static str> {
    let info = info.trim().to_lowercase();
    let Some(first) = info.split_whitespace().next() else {
        return Some("plain text");
    };
    let known = |name: &str| LANGUAGES.iter().copied().find(|language| *language == name);
    let alias = || {
        ALIASES
            .iter()
            .find(|(alias, _)| *alias == first)
            .map(|(_, language)| *language)
    };
    known(&info).or_else(|| known(first)).or_else(alias)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_word_names_the_language_in_any_case() {
        assert_eq!(code_language(""), Some("plain text"));
        assert_eq!(code_language("Py title=\"x\""), Some("python"));
        assert_eq!(code_language("Visual Basic"), Some("visual basic"));
        assert_eq!(code_language("klingon"), None);
    }

    #[test]
    fn every_alias_leads_to_a_language() {
        for (_, language) in ALIASES {
            assert!(LANGUAGES.contains(language), "{language}");
        }
    }
}
