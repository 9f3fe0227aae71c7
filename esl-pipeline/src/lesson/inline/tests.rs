use comrak::nodes::{AstNode, NodeValue};
use insta::assert_snapshot;
use proptest::prelude::*;

use super::*;

/// The runs, one after the other: `b`old, `i`talic, `s`trikethrough, `u`nderline, colour, kind.
fn shown(runs: &[Run<'_>]) -> String {
    let one = |run: &Run<'_>| {
        let style = run.style;
        let letters = [
            (style.bold, "b"),
            (style.italic, "i"),
            (style.strikethrough, "s"),
            (style.underline, "u"),
        ];
        let mut marks: String = letters
            .iter()
            .filter(|(on, _)| *on)
            .map(|(_, l)| *l)
            .collect();
        if !style.color.is_default() {
            marks += style.color.as_str();
        }
        if run.kind != RunKind::Words {
            marks += &format!("{:?}", run.kind);
        }
        let link = run.link.map(|link| format!("->{}", link.address()));
        format!("{marks}({}){}", run.text, link.unwrap_or_default())
    };
    runs.iter().map(one).collect()
}

fn line(raw: &str) -> String {
    shown(&parse(Text::new(raw, 0)))
}

#[test]
fn emphasis_nests() {
    assert_eq!(line("**a *b* c**"), "b(a )bi(b)b( c)");
    assert_eq!(line("*a **b** c*"), "i(a )bi(b)i( c)");
    assert_eq!(line("~~**x**~~"), "bs(x)");
    assert_eq!(line("***x***"), "bi(x)");
    assert_eq!(line("***a** b*"), "bi(a)i( b)");
}

#[test]
fn stars_that_emphasise_nothing_are_literal() {
    for text in [
        "5 * 3 ** 2",
        "**open",
        "*",
        "** a **",
        "a ~~ b",
        "~~x",
        "~x~",
        "2 ~~~ x~~~",
    ] {
        assert_eq!(line(text), format!("({text})"));
    }
}

#[test]
fn emphasis_works_beside_punctuation() {
    assert_eq!(line("(*p*)"), "(()i(p)())");
    assert_eq!(line("*\"u\"*"), "i(\"u\")");
    assert_eq!(line("\"*q*\""), "(\")i(q)(\")");
    assert_eq!(line("“*q*”"), "(“)i(q)(”)");
    assert_eq!(line("[*v*]"), "([)i(v)(])");
    assert_eq!(line("—*w*"), "(—)i(w)");
    assert_eq!(line("-*x*"), "(-)i(x)");
    assert_eq!(line("🎯*x*"), "(🎯)i(x)");
}

#[test]
fn a_stray_star_does_not_leave_italic_on() {
    assert_eq!(line("a *b **c** d"), "(a *b )b(c)( d)");
    assert_eq!(line("**bold** *it and more"), "b(bold)( *it and more)");
}

#[test]
fn underscores_are_literal() {
    for text in ["____", "work__ and __work__", "_x_", "a _b c_ d"] {
        assert_eq!(line(text), format!("({text})"));
    }
    assert_eq!(line("**the ____ park**"), "b(the ____ park)");
}

#[test]
fn a_backslash_makes_marks_literal_and_stays_elsewhere() {
    assert_eq!(line(r"\*x\*"), "(*x*)");
    assert_eq!(line(r"\* \_ \` \~ \[ \] \! \$"), "(* _ ` ~ [ ] ! $)");
    assert_eq!(line(r"C:\dir \\ \| \"), r"(C:\dir \\ \| \)");
    assert_eq!(line(r"\![a](http://u)"), "(!)(a)->http://u");
}

#[test]
fn code_is_matched_by_the_length_of_its_backticks() {
    assert_eq!(line("`a*b*`"), "Code(a*b*)");
    assert_eq!(line("**x `y` z**"), "b(x )bCode(y)b( z)");
    assert_eq!(line("`` a`b ``"), "Code(a`b)");
    assert_eq!(line("` a `"), "Code( a )");
    assert_eq!(line("``a` b"), "(``a` b)");
    assert_eq!(line("*a `b* c`"), "(*a )Code(b* c)");
    assert_eq!(line(r"`a\`b"), r"Code(a\)(b)");
}

#[test]
fn links_inherit_the_formatting_around_them() {
    assert_eq!(line("[*v*](http://a)"), "i(v)->http://a");
    assert_eq!(
        line("**see [x](http://u) y**"),
        "b(see )b(x)->http://ub( y)"
    );
    assert_eq!(line("*a [b* c](http://u)"), "(*a )(b* c)->http://u");
}

#[test]
fn links_keep_balanced_parentheses_and_drop_titles() {
    assert_eq!(line("[a](http://u/b_(c)) d"), "(a)->http://u/b_(c)( d)");
    assert_eq!(line("[a](http://u \"t\")"), "(a)->http://u");
    assert_eq!(line("[a](http://u?x&amp;y)"), "(a)->http://u?x&y");
}

#[test]
fn links_of_any_scheme_are_reported_as_written() {
    assert_eq!(line("[a](#b) [c](d e) [f]()"), "(a)->#b( )(c)->d e( )(f)->");
    assert_eq!(line("[](http://u)"), "()->http://u");
}

#[test]
fn brackets_without_a_target_are_words() {
    for text in [
        "[Anna]: Hi",
        "[x] (y)",
        "[a](b",
        "a] b [c",
        "]( ![x]",
        "[a]{mauve}",
        "x[1]{",
    ] {
        assert_eq!(line(text), format!("({text})"));
    }
}

#[test]
fn a_link_holds_no_other_link() {
    assert_eq!(line("[a [b](http://u) c](v)"), "([a )(b)->http://u( c](v))");
    assert_eq!(line("[see http://a](http://u)"), "(see http://a)->http://u");
    assert_eq!(line("[![pic](http://i)](http://u)"), "Image(pic)->http://u");
}

#[test]
fn images_become_their_linked_alternative_text() {
    assert_eq!(
        line("see ![a *map*](http://u/m.png)"),
        "(see )Image(a )->http://u/m.pngiImage(map)->http://u/m.png"
    );
    assert_eq!(line("![](http://u)"), "Image(Image)->http://u");
    assert_eq!(
        line("![a](http://1)![b](http://2)"),
        "Image(a)->http://1Image(b)->http://2"
    );
}

#[test]
fn bare_addresses_are_links_without_the_punctuation_behind_them() {
    assert_eq!(
        line("See https://example.com/a_b, (http://b.c) or **https://d.e**."),
        "(See )(https://example.com/a_b)->https://example.com/a_b(, ()(http://b.c)->http://b.c() or \
         )b(https://d.e)->https://d.e(.)"
    );
    assert_eq!(
        line("<https://a.b/c>!"),
        "(https://a.b/c)->https://a.b/c(!)"
    );
    assert_eq!(line("<mailto:a@b.c>"), "(mailto:a@b.c)->mailto:a@b.c");
    for text in [
        "xhttp://a",
        "http://",
        "the http word",
        "<a href>",
        "<http://a",
    ] {
        assert!(!line(text).contains("(http://)->"), "{text}");
    }
    assert_eq!(line("<b>x</b>"), "(<b>x</b>)");
}

#[test]
fn formulas_touch_their_dollars_and_prices_are_not_formulas() {
    assert_eq!(line("so $x^2$, ok"), "(so )Equation(x^2)(, ok)");
    assert_eq!(line("**$x$**"), "bEquation(x)");
    for text in [
        "$5 and $10",
        "$5-$10",
        "costs 5$",
        "$ x $",
        "$x $",
        "$$x$$",
        "$",
        "US$ and A$",
    ] {
        assert_eq!(line(text), format!("({text})"));
    }
    assert_eq!(line(r"\$x\$"), "($x$)");
}

#[test]
fn underline_and_colours_wrap_text() {
    assert_eq!(line("a <u>b **c**</u> d"), "(a )u(b )bu(c)( d)");
    assert_eq!(line("**a <u>b** c</u>"), "b(a )bu(b)u( c)");
    assert_eq!(line("<u>open </u></u>"), "u(open )(</u>)");
    assert_eq!(line("[a **b**]{red} c"), "red(a )bred(b)( c)");
    assert_eq!(line("[x]{yellow_background}"), "yellow_background(x)");
    assert_eq!(line("[a [b]{blue} c]{red}"), "red(a )blue(b)red( c)");
    assert_eq!(line("[[a](http://u)]{red}"), "red(a)->http://u");
}

#[test]
fn entities_are_decoded_but_not_in_code() {
    assert_eq!(
        line("a &amp; b &lt;u&gt; &#42;x&#42; &bogus; &"),
        "(a & b <u> *x* &bogus; &)"
    );
    assert_eq!(line("`&amp;`"), "Code(&amp;)");
    assert_eq!(line("& *x* &amp;"), "(& )i(x)( &)");
}

#[test]
fn comments_are_dropped() {
    assert_eq!(line("a <!-- *c* --> b"), "(a b)");
    assert_eq!(line("a <!-- c -->"), "(a)");
    assert_eq!(line("<!-- c --> a<!-- d -->b"), "(ab)");
    assert_eq!(line("a <!-- b"), "(a <!-- b)");
    assert_eq!(line("<!-- c -->"), "");
}

#[test]
fn an_escaped_pipe_is_a_pipe_in_a_cell_only() {
    let cell = Text::new(r"a \| `b\|c`", 0);
    assert_eq!(shown(&parse_cell(cell)), "(a | )Code(b|c)");
    assert_eq!(shown(&parse(cell)), r"(a \| )Code(b\|c)");
}

#[test]
fn an_empty_line_has_no_runs() {
    assert_eq!(line(" \u{a0} "), "");
}

#[test]
fn spans_point_at_the_text_without_its_marks() {
    let source = "x **bold** [go](http://u) `c` <https://a.b>";
    let runs = parse(Text::new(source, 100));
    let at = |run: &Run<'_>| source[run.span.start - 100..run.span.end - 100].to_owned();
    let shown: Vec<_> = runs.iter().map(at).collect();
    assert_snapshot!(shown.join("|"), @"x |bold| |go| |c| |https://a.b");
}

#[test]
fn plain_text_has_no_marks() {
    assert_eq!(
        plain_text(Text::new("**Anna:** [go](http://u) `x` &amp; ![pic](u)", 0)),
        "Anna: go x & pic"
    );
}

/// Would take minutes if any form were read in quadratic time.
#[test]
fn endless_marks_take_linear_time() {
    const OPENERS: &[&str] = &[
        "*",
        "**a ",
        "*a **b ",
        "a**b* ",
        "~~a ",
        "[",
        "![",
        "[a](",
        "[a](u \"",
        "[a](u '(",
        "[a](b(",
        "]",
        "`",
        "`a``b",
        "```` `",
        "$",
        "$a ",
        "<u>",
        "</u>",
        "<!--",
        "<http://",
        "http://a(",
        "http://",
        "&",
        "&amp",
        "{",
        "[a]{",
        "\\",
        "[a]{red}[",
        "*[a]{",
        "[[a]{red}",
        "h",
    ];
    for opener in OPENERS {
        let text = opener.repeat(200_000 / opener.len());
        assert!(!parse(Text::new(&text, 0)).is_empty());
    }
    let nested = ["[".repeat(50_000), "]{red}".repeat(50_000)].concat();
    assert_eq!(parse(Text::new(&nested, 0)), []);
    let backticks: String = (1..600).map(|length| "`".repeat(length) + " ").collect();
    assert_eq!(parse(Text::new(&backticks, 0)).len(), 1);
}

/// Text made of what the dialect gives a meaning.
fn markup() -> impl Strategy<Value = String> {
    let token = prop::sample::select(vec![
        "*",
        "**",
        "***",
        "~~",
        "~",
        "`",
        "``",
        "[",
        "]",
        "(",
        ")",
        "](http://u)",
        "]{red}",
        "![",
        "$",
        "<u>",
        "</u>",
        "<!--",
        "-->",
        "<",
        ">",
        "https://a.b/c",
        "&amp;",
        "&",
        "\\",
        "_",
        "__",
        " ",
        "a",
        "b",
        "é",
        "🎯",
        "\u{a0}",
        "\"",
        "1",
        "|",
        ".",
    ]);
    prop::collection::vec(token, 0..40).prop_map(|tokens| tokens.concat())
}

/// The letters and digits of plain words, which no mark can swallow.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Every character with whether it is bold and italic, as CommonMark has it.
fn by_common_mark(text: &str) -> Vec<(char, bool, bool)> {
    fn walk<'a>(
        node: &'a AstNode<'a>,
        bold: bool,
        italic: bool,
        out: &mut Vec<(char, bool, bool)>,
    ) {
        let (mut bold, mut italic) = (bold, italic);
        match &node.data.borrow().value {
            NodeValue::Text(text) => out.extend(text.chars().map(|c| (c, bold, italic))),
            NodeValue::Strong => bold = true,
            NodeValue::Emph => italic = true,
            _ => {}
        }
        for child in node.children() {
            walk(child, bold, italic, out);
        }
    }
    let arena = comrak::Arena::new();
    let mut characters = Vec::new();
    let root = comrak::parse_document(&arena, text, &comrak::Options::default());
    walk(root, false, false, &mut characters);
    characters
}

fn by_us(text: &str) -> Vec<(char, bool, bool)> {
    let of_run = |run: &Run<'_>| {
        let style = run.style;
        let characters: Vec<_> = run.text.chars().collect();
        characters
            .into_iter()
            .map(move |c| (c, style.bold, style.italic))
    };
    parse(Text::new(text, 0)).iter().flat_map(of_run).collect()
}

proptest! {
    #[test]
    fn emphasis_agrees_with_common_mark(marked in "([*]{1,4}|[ab .(\"é—€]){0,24}") {
        // The letters keep CommonMark from seeing a list or a rule.
        let line = format!("x{marked}x");
        prop_assert_eq!(by_us(&line), by_common_mark(&line));
    }

    #[test]
    fn any_text_can_be_parsed(text in any::<String>(), start in 0..9_usize) {
        for run in parse(Text::new(&text, start)) {
            prop_assert!(run.span.start >= start && run.span.end <= start + text.len());
        }
    }

    #[test]
    fn runs_stand_in_order_and_differ_from_their_neighbours(text in markup()) {
        let runs = parse_cell(Text::new(&text, 0));
        for pair in runs.windows(2) {
            prop_assert!(pair[0].span.end <= pair[1].span.start, "{}", shown(&runs));
            let formatting = |run: &Run<'_>| (run.kind == RunKind::Words, run.style, run.link.map(|l| l.url.start));
            prop_assert!(
                formatting(&pair[0]) != formatting(&pair[1]) || pair[0].kind != RunKind::Words,
                "{}", shown(&runs)
            );
        }
    }

    #[test]
    fn emphasis_alone_loses_no_letter(text in "[a-zé *~`_$.(\"-]{0,60}") {
        prop_assert_eq!(letters(&plain_text(Text::new(&text, 0))), letters(&text));
    }
}
