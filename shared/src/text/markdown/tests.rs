//! Answers as agents write them. `checker` is Telegram's side, `properties` what holds for any input.

mod checker;
mod properties;

use super::*;
use crate::text::Unit;

const TELEGRAM: Limit = Limit {
    max: 4096,
    unit: Unit::Utf16,
};

/// The only piece's HTML.
fn html(markdown: &str) -> String {
    let pieces = to_telegram_html(markdown, TELEGRAM);
    let [piece] = pieces.as_slice() else {
        panic!("{} pieces of {markdown:?}", pieces.len());
    };
    checker::check(&piece.html);
    piece.html.clone()
}

fn plain(markdown: &str) -> String {
    to_plain(markdown)
}

const ANSWER: &str = r#"## Доставка & оплата

Здравствуйте! Мы доставляем **по всей России**, сроки _от 2 до 5 дней_.
Подробнее: [условия](https://example.com/delivery?a=1&b=2).

1. Оформите заказ
   - в приложении
   - на сайте <https://example.com>
2. Оплатите: `card_number` или ~~наличными~~ СБП
10. Ждите

> Цена < 500 ₽ — доставка платная.
>
> Иначе бесплатно.

```rust
if a < b && c > d {
    println!("ok");
}
```

---
До встречи!"#;

#[test]
fn a_whole_answer_in_telegram() {
    assert_eq!(
        html(ANSWER),
        "<b>Доставка &amp; оплата</b>\n\
         Здравствуйте! Мы доставляем <b>по всей России</b>, сроки <i>от 2 до 5 дней</i>.\n\
         Подробнее: <a href=\"https://example.com/delivery?a=1&amp;b=2\">условия</a>.\n\n\
         1. Оформите заказ\n\
         \u{20} • в приложении\n\
         \u{20} • на сайте <a href=\"https://example.com\">https://example.com</a>\n\
         2. Оплатите: <code>card_number</code> или <s>наличными</s> СБП\n\
         3. Ждите\n\n\
         <blockquote>Цена &lt; 500 ₽ — доставка платная.\n\nИначе бесплатно.</blockquote>\n\n\
         <pre><code class=\"language-rust\">if a &lt; b &amp;&amp; c &gt; d {\n    println!(&quot;ok&quot;);\n}</code></pre>\n\n\
         ──────────\n\n\
         До встречи!"
    );
}

#[test]
fn a_whole_answer_without_markup() {
    let expected = "Доставка & оплата\n\
         Здравствуйте! Мы доставляем по всей России, сроки от 2 до 5 дней.\n\
         Подробнее: условия (https://example.com/delivery?a=1&b=2).\n\n\
         1. Оформите заказ\n\
         \u{20} • в приложении\n\
         \u{20} • на сайте https://example.com\n\
         2. Оплатите: card_number или наличными СБП\n\
         3. Ждите\n\n\
         Цена < 500 ₽ — доставка платная.\n\nИначе бесплатно.\n\n\
         if a < b && c > d {\n    println!(\"ok\");\n}\n\n\
         ──────────\n\n\
         До встречи!";
    assert_eq!(plain(ANSWER), expected);
    let [piece] = to_telegram_html(ANSWER, TELEGRAM).try_into().unwrap();
    assert_eq!(piece.plain, [expected]);
}

#[test]
fn blank_text_has_no_pieces() {
    for blank in ["", "   \n\n\t ", "\n", "&nbsp;", "#", "**", "```\n```"] {
        let pieces = to_telegram_html(blank, TELEGRAM);
        assert_eq!(
            pieces.is_empty(),
            plain(blank).trim().is_empty(),
            "{blank:?}"
        );
    }
    assert!(to_telegram_html(" \n\n\t ", TELEGRAM).is_empty());
    assert!(to_telegram_html("&nbsp;", TELEGRAM).is_empty());
}

#[test]
fn marks_that_are_no_markup_stay() {
    for text in [
        "2*3*4 = 24",
        "2**3 and 3**2",
        "a*b*c",
        "2*3 и 4*5",
        "2 * 3 * 4",
        "snake_case_name and _private",
        "#5",
        "Это ~5 минут, не ~10",
        "H~2~O",
        "5 > 3 < 7 & so on",
        "[sic] (not a link)",
        "C:\\path\\file",
        "100% * 2",
        "https://example.com/_a_/b_c?d=*e*f#__g__",
        ":) ;-) ^_^",
    ] {
        assert_eq!(plain(text), text);
        assert_eq!(html(text), crate::text::escape_html(text));
    }
    assert_eq!(plain(r"\*not bold\* \# \_x\_"), "*not bold* # _x_");
}

#[test]
fn emphasis_within_words_that_are_no_sums() {
    assert_eq!(html("这是**重要**的"), "这是<b>重要</b>的");
    assert_eq!(html("**жирн**ый"), "<b>жирн</b>ый");
    assert_eq!(html("5 **x** 6"), "5 <b>x</b> 6");
    assert_eq!(
        html("**https://a.example** _x_"),
        "<b>https://a.example</b> <i>x</i>"
    );
    assert_eq!(html("**5** + *6*"), "<b>5</b> + <i>6</i>");
}

#[test]
fn styles_nest_in_one_order() {
    assert_eq!(html("***both***"), "<b><i>both</i></b>");
    assert_eq!(html("**a *b ~~c~~***"), "<b>a <i>b <s>c</s></i></b>");
    assert_eq!(html("*a **b***"), "<i>a </i><b><i>b</i></b>");
}

#[test]
fn code_and_links_do_not_nest() {
    assert_eq!(
        html("**run `a<b` now**"),
        "<b>run </b><code>a&lt;b</code><b> now</b>"
    );
    assert_eq!(html("# Use `x`"), "<b>Use </b><code>x</code>");
    assert_eq!(
        html("[`docs`](https://a.example)"),
        "<a href=\"https://a.example\">docs</a>"
    );
    assert_eq!(
        html("[a **b**](https://a.example)"),
        "<a href=\"https://a.example\">a <b>b</b></a>"
    );
    assert_eq!(html("> a\n> > b"), "<blockquote>a\n\nb</blockquote>");
    assert_eq!(
        html("> a\n\nx\n\n> b"),
        "<blockquote>a</blockquote>\n\nx\n\n<blockquote>b</blockquote>"
    );
}

#[test]
fn links() {
    assert_eq!(
        plain("[docs](https://a.example)"),
        "docs (https://a.example)"
    );
    assert_eq!(
        plain("[https://a.example](https://a.example)"),
        "https://a.example"
    );
    assert_eq!(
        plain("<mail@a.example>, [us](mailto:mail@a.example)"),
        "mail@a.example, us (mail@a.example)"
    );
    assert_eq!(html("[us](mailto:mail@a.example)"), "us (mail@a.example)");
    assert_eq!(
        html("[file](sandbox:/mnt/a.pdf) [top](#top)"),
        "file (sandbox:/mnt/a.pdf) top (#top)"
    );
    assert_eq!(html("[x](javascript:alert(1))"), "x (javascript:alert(1))");
    assert_eq!(
        html("[](https://a.example)"),
        "<a href=\"https://a.example\">https://a.example</a>"
    );
    assert_eq!(html("[empty]()"), "empty");
    assert_eq!(
        html("[q](<https://a.example/\"\\<b\\>x>)"),
        "<a href=\"https://a.example/&quot;&lt;b&gt;x\">q</a>"
    );
}

#[test]
fn images_are_links() {
    assert_eq!(
        html("![A cat](https://a.example/cat.png)"),
        "<a href=\"https://a.example/cat.png\">A cat</a>"
    );
    assert_eq!(
        plain("![A cat](https://a.example/cat.png)"),
        "A cat (https://a.example/cat.png)"
    );
    assert_eq!(
        plain("![](https://a.example/cat.png)"),
        "https://a.example/cat.png"
    );
    assert_eq!(
        html("[![logo](https://a.example/l.png)](https://a.example)"),
        "<a href=\"https://a.example\">logo (https://a.example/l.png)</a>"
    );
}

#[test]
fn definitions_of_links() {
    let markdown = "See [1].\n\n[1]: https://a.example\n[2]: https://b.example 'More'";
    assert_eq!(
        plain(markdown),
        "See 1 (https://a.example).\n\n2: https://b.example (More)"
    );
    assert_eq!(
        html(markdown),
        "See <a href=\"https://a.example\">1</a>.\n\n2: https://b.example (More)"
    );
}

#[test]
fn raw_html_is_text() {
    assert_eq!(
        html("<script>alert(\"1\")</script>\n\nHi <b>there</b> &lt; &copy;"),
        "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;\n\nHi &lt;b&gt;there&lt;/b&gt; &lt; ©"
    );
    assert_eq!(plain("one<br>two<BR />three"), "one\ntwo\nthree");
}

#[test]
fn lists() {
    assert_eq!(
        plain("- a\n- b\n\n  more b\n- c"),
        "• a\n\n• b\n\n  more b\n\n• c"
    );
    assert_eq!(
        plain("* a\n  soft\n* b\n  1. c\n     - d\n  2. e\n\nend"),
        "• a\n  soft\n• b\n  1. c\n    • d\n  2. e\n\nend"
    );
    assert_eq!(plain("- - a\n- ```\n  code\n  ```"), "• • a\n• \ncode");
    assert_eq!(plain("7. seven\n8. eight"), "7. seven\n8. eight");
    assert_eq!(plain("- [ ] open\n- [x] done"), "• [ ] open\n• [x] done");
    assert_eq!(
        html("- a\n\n  > q\n- b"),
        "• a\n\n  <blockquote>q</blockquote>\n\n• b"
    );
}

#[test]
fn code_blocks() {
    assert_eq!(html("```\na\n\n  b\n```"), "<pre>a\n\n  b</pre>");
    assert_eq!(
        html("```c++\nx\n```\n```py\ny\n```"),
        "<pre><code class=\"language-c++\">x</code></pre>\n\n<pre><code class=\"language-py\">y</code></pre>"
    );
    assert_eq!(html("    indented *code*"), "<pre>indented *code*</pre>");
    assert_eq!(
        html("``` what is this\nx\n```"),
        "<pre>what is this\nx</pre>"
    );
    assert_eq!(html("```the end"), "<pre>the end</pre>");
}

#[test]
fn narrow_tables_are_grids() {
    assert_eq!(
        html("| Тариф | Цена |\n|:--|--:|\n| **Старт** | 0 |\n| Про | 1 490 |"),
        "<pre>Тариф |  Цена\n------+------\nСтарт |     0\nПро   | 1 490</pre>"
    );
}

#[test]
fn other_tables_are_lines() {
    let linked = "| Name | Site |\n|---|---|\n| A `x` | [a](https://a.example) |\n| B | |";
    assert_eq!(
        html(linked),
        "<b>Name</b> | <b>Site</b>\nA <code>x</code> | <a href=\"https://a.example\">a</a>\nB"
    );
    assert_eq!(plain(linked), "Name | Site\nA x | a (https://a.example)\nB");
    assert_eq!(
        plain("| a | b |\n|---|---|\n| 1<br>2 | 3 |"),
        "a | b\n1 2 | 3"
    );
}

#[test]
fn cells_beyond_the_last_column_are_kept() {
    assert_eq!(
        plain("| op | means |\n|---|---|\n| `a | b` | or |\n| x | y |"),
        "op | means\n`a | b` | or\nx | y"
    );
}

#[test]
fn a_long_answer_goes_on_in_the_same_style() {
    let limit = Limit {
        max: 12,
        unit: Unit::Utf16,
    };
    let pieces = to_telegram_html("> **one two [three four](https://a.example) five**", limit);
    let htmls: Vec<_> = pieces.iter().map(|piece| piece.html.as_str()).collect();
    assert_eq!(
        htmls,
        [
            "<blockquote><b>one two</b></blockquote>",
            "<blockquote><a href=\"https://a.example\"><b>three four</b></a></blockquote>",
            "<blockquote><b>five</b></blockquote>",
        ]
    );
    let plains: Vec<_> = pieces.iter().map(|piece| piece.plain.concat()).collect();
    assert_eq!(plains, ["one two", "three four(https://a.example)", "five"]);
    assert!(
        pieces
            .iter()
            .flat_map(|piece| &piece.plain)
            .all(|plain| limit.fits(plain))
    );
}

#[test]
fn code_that_is_split_stays_code_and_keeps_its_indentation() {
    let limit = Limit {
        max: 16,
        unit: Unit::Utf16,
    };
    let pieces = to_telegram_html("```py\ndef f(x):\n    return x\n```", limit);
    let htmls: Vec<_> = pieces.iter().map(|piece| piece.html.as_str()).collect();
    assert_eq!(
        htmls,
        [
            "<pre><code class=\"language-py\">def f(x):</code></pre>",
            "<pre><code class=\"language-py\">    return x</code></pre>",
        ]
    );
}

#[test]
fn no_entity_is_cut_and_only_visible_text_counts() {
    let limit = Limit {
        max: 4,
        unit: Unit::Utf16,
    };
    let pieces = to_telegram_html("&&&&<<<<\"\"", limit);
    let htmls: Vec<_> = pieces.iter().map(|piece| piece.html.as_str()).collect();
    assert_eq!(
        htmls,
        ["&amp;&amp;&amp;&amp;", "&lt;&lt;&lt;&lt;", "&quot;&quot;"]
    );
}

#[test]
fn a_url_in_plain_is_in_the_piece_where_its_link_ends() {
    let limit = Limit {
        max: 20,
        unit: Unit::Utf16,
    };
    let pieces = to_telegram_html(
        "aaaaaaaaaaaaa [bbbbb ](https://a.example)cccccccccccc",
        limit,
    );
    let plains: Vec<_> = pieces.iter().map(|piece| piece.plain.concat()).collect();
    assert_eq!(
        plains,
        ["aaaaaaaaaaaaa bbbbb(https://a.example)", "cccccccccccc"]
    );
}

#[test]
fn more_entities_than_a_message_takes_are_more_messages() {
    let markdown = "**a** `b` ".repeat(130);
    let pieces = to_telegram_html(&markdown, TELEGRAM);
    let found: Vec<_> = pieces
        .iter()
        .map(|piece| checker::check(&piece.html).entities)
        .collect();
    assert_eq!(found.iter().sum::<usize>(), 260);
    assert!(pieces.len() <= 4, "{found:?}");

    let long = format!("[x](https://a.example/{}) ", "y".repeat(1500)).repeat(20);
    let pieces = to_telegram_html(&long, TELEGRAM);
    assert!(pieces.iter().all(|piece| piece.html.len() < 9500));
    assert_eq!(
        pieces
            .iter()
            .map(|piece| checker::check(&piece.html).entities)
            .sum::<usize>(),
        20
    );
}
