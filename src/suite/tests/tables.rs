//! Cases as rows and lines: columns, delimiters, and what is wrong with a row.

use super::*;

#[test]
fn a_table_without_the_wanted_column_is_told_once() {
    let (checked, _) = one("s.csv", "Frage,expect\na,b\nc,d\n");
    assert_eq!(
        told(&checked),
        ["1:1 there is no column `question`, which a prompt wants (known here: `Frage`)"]
    );
}

#[test]
fn tables_in_korean_are_read() {
    let (suite, cases) = good(
        "심사.csv",
        "번호,질문,정답,분류,그룹,지문\n1,수도는?,서울|||서울특별시,지리;쉬움,가,\"여러 줄\n지문\"\n2,강은?,한강,지리,가,\n",
    );
    assert_eq!(suite.name, "심사");
    assert_eq!(cases[0].id, "1");
    assert_eq!(cases[0].expect, [json!("서울"), json!("서울특별시")]);
    assert_eq!(cases[0].tags, ["지리", "쉬움"]);
    assert_eq!(cases[0].group.as_deref(), Some("가"));
    assert_eq!(cases[0].vars["지문"], "여러 줄\n지문");
    assert_eq!((cases[0].line, cases[1].line), (2, 4));
}

#[test]
fn a_line_that_names_the_delimiter_is_no_row() {
    let (_, cases) = good("s.csv", "\u{feff}sep=;\r\nquestion;expect\r\na, b;c\r\n");
    assert_eq!(cases[0].vars["question"], "a, b");
    assert_eq!(cases[0].line, 3);
    let (_, cases) = good("s.csv", "sep=|\nquestion|expect\na|c\n");
    assert_eq!(cases.len(), 1);
    let (checked, _) = one("s.csv", "sep=;\n질문;정답\n가\n");
    assert_eq!(checked.problems[0].place.as_ref().unwrap().line, 3);
    assert_eq!(one("s.csv", "sep=;\n").0.problems[0].code, "empty_file");
}

#[test]
fn slips_in_columns_are_warned_about() {
    let (checked, cases) = one("s.csv", "question,expct,context\na,b,c\n");
    assert_eq!(cases.len(), 1);
    assert_eq!(
        told(&checked)[1],
        "~ 1:10 `expct` is read as a variable, not as `expect` (call it `expect` if that is what it holds)"
    );
    let (checked, _) = one(
        "s.jsonl",
        "{\"question\": \"a\", \"answer\": \"b\"}\n{\"question\": \"c\", \"answer\": \"d\"}\n",
    );
    assert_eq!(
        checked
            .problems
            .iter()
            .filter(|problem| problem.code == "column")
            .count(),
        1
    );
    for (text, message) in [
        (
            "question,Question\na,b\n",
            "1:10 the columns `question` and `Question` mean the same (keep one, or rename it)",
        ),
        (
            "question,x,x\na,b,c\n",
            "1:12 two columns are called `x` (keep one, or rename it)",
        ),
        (
            "question,params\na,b\n",
            "1:10 a table cannot hold `params` (put it into a suite file that names this table with `cases: {file: …}`)",
        ),
    ] {
        assert_eq!(told(&one("s.csv", text).0), [message]);
    }
}

#[test]
fn bad_tables_are_told_row_by_row() {
    let (checked, cases) = one(
        "s.csv",
        "question,expect\na,b\nc\nd,e,f\n,g\n,\n\"h \"i\" j\",k\nl,m,,\n\"open,n\no,p\n",
    );
    assert_eq!(
        told(&checked),
        [
            "3:1 this row has 1 cells, the first line 2 (a cell that holds a comma needs quotes: \"…\")",
            "4:5 this row has 3 cells, the first line 2 (a cell that holds a comma needs quotes: \"…\")",
            "5:1 `question` is empty",
            "7:4 a quote stands inside quoted text (inside quotes a quote is doubled: \"he said \"\"hi\"\"\")",
            "9:1 the quote that opens here is never closed (close it, or double it where it is part of the text: \"\")",
        ]
    );
    assert_eq!(cases.len(), 2);
}

#[test]
fn bad_lines_are_told_line_by_line() {
    let (checked, cases) = one(
        "s.jsonl",
        "{\"question\": \"a\"}\n{\"question\": }\n[1]\n{\"question\": \"b\", \"질문\": \"c\"}\n{\"question\": \"d\", \"expect\": null}\n",
    );
    assert_eq!(cases.len(), 2);
    let told = told(&checked);
    assert_eq!(
        told,
        [
            "2:14 not valid JSON: expected value",
            "3:1 a line holds one case as a map, not a list",
            "4:19 two keys of this line mean `question`",
        ]
    );
}

#[test]
fn the_wrong_byte_of_a_table_is_named() {
    let bytes = b"\xEF\xBB\xBFquestion\r\nok\r\n\xC1\xFA\r\n".to_vec();
    let (checked, _) = read_from("s.csv", &Shelf::from([("s.csv", bytes)]));
    assert_eq!(
        checked.problems[0].message,
        "`s.csv` is not UTF-8: byte 18 (0xC1) on line 3 is wrong; it looks like the Korean encoding CP949 (EUC-KR)"
    );
}
