//! Rows of tables (CSV, XLSX) and lines of JSONL as case entries.
//!
//! Some columns are fields of a case: `id`, `question`, `expect`, `tags`, `group`, `images`, in any capitals, or in
//! Korean. Every other column is a variable of its own name. A column that nearly has the name of a field is
//! warned about, since it is then most likely a slip.
//!
//! Several values in one cell are separated by `|||` (accepted answers, pictures, tags); tags also by commas,
//! semicolons and line breaks.

use std::collections::{BTreeMap, HashSet};

use unicode_normalization::UnicodeNormalization as _;

use crate::domain::Problem;
use crate::said;

use super::cases::Bench;
use super::shape::CASE;
use super::suggest::nearest;
use super::tree::{Data, Entry, Node, Span};
use super::values::Desk;

/// Between several values of one cell.
const BETWEEN: &str = "|||";

/// Korean names of columns.
const KOREAN: &[(&str, &str)] = &[
    ("질문", "question"),
    ("문제", "question"),
    ("질문 내용", "question"),
    ("정답", "expect"),
    ("기대 답변", "expect"),
    ("기대답변", "expect"),
    ("모범 답안", "expect"),
    ("모범답안", "expect"),
    ("분류", "tags"),
    ("태그", "tags"),
    ("번호", "id"),
    ("문항 번호", "id"),
    ("문항번호", "id"),
    ("문항 ID", "id"),
    ("문항ID", "id"),
    ("아이디", "id"),
    ("그룹", "group"),
    ("묶음", "group"),
    ("이미지", "images"),
    ("그림", "images"),
];

/// In Korean tables `문항` heads the questions, or, beside a column of questions, their ids.
const CASE_IN_KOREAN: &str = "문항";

/// What the columns of a table (or the keys of a line) are, read together: some names mean what the others leave.
pub(super) fn columns<'n>(names: impl Iterator<Item = &'n str>, renamed: &Renamed) -> Vec<Column> {
    let names: Vec<&str> = names.map(str::trim).collect();
    let mut columns: Vec<Column> = names.iter().map(|name| column(name, renamed)).collect();
    for at in 0..names.len() {
        if names[at] != CASE_IN_KOREAN || !matches!(columns[at], Column::Variable(_)) {
            continue;
        }
        let free = ["question", "id"]
            .into_iter()
            .find(|field| !columns.contains(&Column::Field(field)));
        if let Some(field) = free {
            columns[at] = Column::Field(field);
        }
    }
    columns
}

/// Fields that only formats with structure can hold.
const STRUCTURED: &[&str] = &["scorers", "params", "vars"];

/// Columns that play the part of a field, as the suite says: field → column.
pub(super) type Renamed = BTreeMap<String, String>;

/// What a column is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Column {
    /// A field of a case.
    Field(&'static str),
    /// A variable.
    Variable(String),
    /// Nothing: no name and, it is hoped, no content.
    Nameless,
}

/// What a name of a column or a key means.
pub(super) fn column(name: &str, renamed: &Renamed) -> Column {
    let name = name.trim();
    if name.is_empty() {
        return Column::Nameless;
    }
    if let Some((field, _)) = renamed.iter().find(|(_, column)| *column == name) {
        return CASE.fields().iter().find(|known| *known == field).map_or_else(
            || Column::Variable(name.to_owned()),
            |known| Column::Field(known.as_str()),
        );
    }
    let lower = name.to_lowercase();
    let korean = KOREAN
        .iter()
        .find(|(korean, _)| *korean == name)
        .map(|(_, field)| *field);
    let wanted = korean.unwrap_or(&lower);
    CASE.fields().iter().find(|known| *known == wanted).map_or_else(
        || Column::Variable(name.to_owned()),
        |known| Column::Field(known.as_str()),
    )
}

/// Rows above the head that hold one cell: a title, a date, who wrote it.
#[derive(Default)]
pub(super) struct Titles {
    rows: Vec<Vec<(String, Span)>>,
}

/// Rows above a head that are passed over.
const MOST_TITLES: usize = 10;

impl Titles {
    /// Whether a row is a title: one cell, and it names nothing that a case has or a prompt wants.
    pub(super) fn takes(&mut self, names: &[(String, Span)], renamed: &Renamed, bench: &Bench<'_>) -> bool {
        let mut filled = names.iter().filter(|(name, _)| !name.trim().is_empty());
        let (Some((name, _)), None) = (filled.next(), filled.next()) else {
            return false;
        };
        let known = columns(std::iter::once(name.as_str()), renamed);
        let wanted = || {
            bench
                .templates
                .is_some_and(|templates| templates.wanted().contains(name.trim()))
        };
        let title = self.rows.len() < MOST_TITLES && matches!(known[..], [Column::Variable(_)]) && !wanted();
        if title {
            self.rows.push(names.to_vec());
        }
        title
    }

    /// The first of them.
    pub(super) fn first(&mut self) -> Option<Vec<(String, Span)>> {
        (!self.rows.is_empty()).then(|| self.rows.swap_remove(0))
    }

    /// Says where the head was found, when not in the first row.
    pub(super) fn tell(&self, desk: &mut Desk<'_, '_>, names: &[(String, Span)]) {
        let Some((title, _)) = self
            .rows
            .first()
            .and_then(|row| row.iter().find(|(name, _)| !name.trim().is_empty()))
        else {
            return;
        };
        let title: String = title.trim().chars().take(40).collect();
        let span = names.first().map_or(Span::default(), |(_, span)| *span);
        desk.tell(
            span,
            Problem::warning(
                "title_row",
                said!(
                    "the columns are named in this row; what stands above (`{title}`) is passed over",
                    "열 이름을 이 행에서 읽고, 위에 있는 것(`{title}`)은 건너뜁니다"
                ),
            ),
        );
    }
}

/// The head of a table, checked.
pub(super) struct Head {
    columns: Vec<Column>,
    names: Vec<(String, Span)>,
    told: HashSet<usize>,
}

impl Head {
    /// Reads the names of the columns. Nothing comes back when no row can be right under them.
    pub(super) fn read(
        desk: &mut Desk<'_, '_>,
        names: Vec<(String, Span)>,
        renamed: &Renamed,
        bench: &Bench<'_>,
    ) -> Option<Self> {
        let before = desk.findings.errors();
        let columns = columns(names.iter().map(|(name, _)| name.as_str()), renamed);
        for (at, (column, (name, span))) in columns.iter().zip(&names).enumerate() {
            let twin = columns[..at]
                .iter()
                .position(|other| other == column && *other != Column::Nameless);
            if let Some(twin) = twin {
                let first = names[twin].0.trim();
                let message = if first == name.trim() {
                    said!("two columns are called `{first}`", "`{first}` 열이 둘입니다")
                } else {
                    said!(
                        "the columns `{first}` and `{}` mean the same",
                        "`{first}` 열과 `{}` 열은 뜻이 같습니다",
                        name.trim()
                    )
                };
                desk.tell(
                    *span,
                    Problem::error("duplicate_column", message)
                        .help(said!("keep one, or rename it", "하나만 남기거나 이름을 바꾸세요")),
                );
            } else if let Column::Field(field) = column
                && STRUCTURED.contains(field)
            {
                let problem = Problem::error(
                    "column",
                    said!("a table cannot hold `{field}`", "표에는 `{field}`를 쓸 수 없습니다"),
                )
                .help(said!(
                    "put it into a suite file that names this table with `cases: {{file: …}}`",
                    "`cases: {{file: …}}`로 이 표를 가리키는 문항 세트 파일에 적으세요"
                ));
                desk.tell(*span, problem);
            }
        }
        let whole = names.first().map_or(Span::default(), |(_, span)| *span);
        missing_renamed(desk, whole, renamed, names.iter().map(|(name, _)| name.trim()));
        if desk.findings.errors() == before {
            warn_of_slips(desk, &columns, &names);
        }
        let variables: Vec<String> = columns
            .iter()
            .filter_map(|column| match column {
                Column::Variable(name) => Some(name.clone()),
                Column::Field("question") => Some("question".to_owned()),
                _ => None,
            })
            .collect();
        let suits = bench.suits(desk, whole, &variables);
        (suits && desk.findings.errors() == before).then_some(Self {
            columns,
            names,
            told: HashSet::new(),
        })
    }

    /// Whether a column holds accepted answers.
    pub(super) fn expects(&self, at: usize) -> bool {
        self.columns.get(at) == Some(&Column::Field("expect"))
    }

    /// Number of columns.
    pub(super) fn len(&self) -> usize {
        self.columns.len()
    }

    /// A row as a case entry; nothing for a row that is empty.
    pub(super) fn row(&mut self, desk: &mut Desk<'_, '_>, cells: Vec<(String, Span)>) -> Option<Node> {
        let span = cells.first().map_or(Span::default(), |(_, span)| *span);
        if cells.iter().all(|(text, _)| text.trim().is_empty()) {
            return None;
        }
        let mut fields = Vec::new();
        let mut variables = Vec::new();
        for (at, (text, cell)) in cells.into_iter().enumerate() {
            let Some(column) = self.columns.get(at) else { break };
            let empty = text.trim().is_empty();
            match column {
                Column::Nameless => {
                    if !empty && self.told.insert(at) {
                        let name_span = self.names[at].1;
                        let problem = Problem::warning(
                            "column",
                            said!(
                                "column {} has no name and is left out",
                                "{}번째 열에는 이름이 없어 읽지 않습니다",
                                at + 1
                            ),
                        );
                        desk.tell(if name_span == Span::default() { cell } else { name_span }, problem);
                    }
                }
                Column::Field("question") => fields.push(entry("question", Node::text(text, cell))),
                Column::Field(_) if empty => {}
                Column::Field(field) => fields.push(entry(field, field_cell(field, text, cell))),
                Column::Variable(name) => variables.push(entry(name, Node::text(text, cell))),
            }
        }
        Some(case_node(fields, variables, span))
    }
}

/// Restructures a line of JSONL: what is no field of a case is a variable.
pub(super) fn line(desk: &mut Desk<'_, '_>, node: Node, renamed: &Renamed, told: &mut HashSet<String>) -> Option<Node> {
    let before = desk.findings.errors();
    let span = node.span;
    let Data::Map(entries) = node.data else {
        let problem = Problem::error(
            "wrong_type",
            said!(
                "a line holds one case as a map, not {}",
                "한 줄에는 문항 하나가 맵으로 있어야 합니다. 지금은 {}입니다",
                node.describe()
            ),
        );
        desk.tell(span, problem);
        return None;
    };
    let present = columns(entries.iter().map(|entry| entry.key.as_str()), renamed);
    let mut fields: Vec<Entry> = Vec::new();
    let mut variables = Vec::new();
    for (mut entry, column) in entries.into_iter().zip(present.clone()) {
        match column {
            Column::Field("vars") => match entry.value.data {
                Data::Map(inner) => variables.extend(inner),
                _ => fields.push(entry),
            },
            Column::Field(field) => {
                if fields.iter().any(|other| other.key == field) {
                    let problem = Problem::error(
                        "duplicate_key",
                        said!(
                            "two keys of this line mean `{field}`",
                            "이 줄의 두 키가 모두 `{field}`를 뜻합니다"
                        ),
                    );
                    desk.tell(entry.key_span, problem);
                    continue;
                }
                field.clone_into(&mut entry.key);
                fields.push(entry);
            }
            Column::Variable(name) => {
                if !told.contains(&name)
                    && let Some(problem) = slip(&name, &present)
                {
                    told.insert(name);
                    desk.tell(entry.key_span, problem);
                }
                variables.push(entry);
            }
            Column::Nameless => {
                desk.tell(
                    entry.key_span,
                    Problem::error("variable", said!("a key has no name", "이름 없는 키가 있습니다")),
                );
            }
        }
    }
    (desk.findings.errors() == before).then(|| case_node(fields, variables, span))
}

fn case_node(mut fields: Vec<Entry>, variables: Vec<Entry>, span: Span) -> Node {
    if !variables.is_empty() {
        fields.push(Entry {
            key: "vars".to_owned(),
            key_span: span,
            value: Node {
                data: Data::Map(variables),
                span,
            },
        });
    }
    Node {
        data: Data::Map(fields),
        span,
    }
}

fn entry(key: &str, value: Node) -> Entry {
    Entry {
        key: key.to_owned(),
        key_span: value.span,
        value,
    }
}

/// A cell of a field: text, or a list where several values stand in it.
fn field_cell(field: &str, text: String, span: Span) -> Node {
    let several = matches!(field, "expect" | "tags" | "images");
    let tags = field == "tags";
    if !several || (!tags && !text.contains(BETWEEN)) {
        return Node::text(text, span);
    }
    let pieces = text.split(BETWEEN);
    let items = if tags {
        pieces
            .flat_map(|piece| piece.split([',', ';', '\n', '，', '；', '、']))
            .map(str::trim)
            .filter(|piece| !piece.is_empty())
            .map(|piece| Node::text(piece, span))
            .collect()
    } else {
        pieces.map(|piece| Node::text(piece.trim(), span)).collect()
    };
    Node {
        data: Data::List(items),
        span,
    }
}

/// Columns that the suite names but the file does not have.
fn missing_renamed<'n>(desk: &mut Desk<'_, '_>, span: Span, renamed: &Renamed, names: impl Iterator<Item = &'n str>) {
    let names: Vec<&str> = names.collect();
    for (field, column) in renamed {
        if !names.contains(&column.as_str()) {
            let problem = Problem::error(
                "column",
                said!(
                    "there is no column `{column}`, which the suite wants to read as `{field}`",
                    "문항 세트가 `{field}`로 읽으려는 `{column}` 열이 없습니다"
                ),
            )
            .help(super::suggest::help(column, names.iter().copied()));
            desk.tell(span, problem);
        }
    }
}

fn warn_of_slips(desk: &mut Desk<'_, '_>, columns: &[Column], names: &[(String, Span)]) {
    for (column, (_, span)) in columns.iter().zip(names) {
        if let Column::Variable(name) = column
            && let Some(problem) = slip(name, columns)
        {
            desk.tell(*span, problem);
        }
    }
}

/// Korean words that nearly are, or mean, the name of a field; and what the column should be called.
const KOREAN_SLIPS: &[(&str, &str)] = &[
    ("답", "정답"),
    ("답안", "정답"),
    ("해답", "정답"),
    ("답변", "정답"),
    ("대답", "정답"),
    ("물음", "질문"),
    ("질의", "질문"),
    ("입력", "질문"),
    ("카테고리", "분류"),
    ("유형", "분류"),
    ("순번", "번호"),
    ("연번", "번호"),
];

/// Names of one syllable less or more than a slip, that are words of their own.
const NO_SLIP: &[&str] = &["지문"];

/// The Korean name that was probably meant: by use, or one letter (a part of a syllable) away.
fn korean_slip(name: &str) -> Option<(&'static str, &'static str)> {
    let of = |wanted: &str| KOREAN.iter().find(|(korean, _)| *korean == wanted).copied();
    if let Some((_, meant)) = KOREAN_SLIPS.iter().find(|(slip, _)| *slip == name) {
        return of(meant);
    }
    if NO_SLIP.contains(&name) || !name.chars().all(|letter| matches!(letter, '가'..='힣' | ' ')) {
        return None;
    }
    let letters = |text: &str| text.nfd().collect::<Vec<char>>();
    let own = letters(name);
    KOREAN
        .iter()
        .filter(|(korean, _)| korean.chars().count() >= 2)
        .find(|(korean, _)| {
            let near = rapidfuzz::distance::osa::distance(own.iter().copied(), letters(korean));
            near == 1
        })
        .copied()
}

/// A variable that was probably meant to be a field, unless that field is there as well.
fn slip(name: &str, present: &[Column]) -> Option<Problem> {
    if let Some((korean, field)) = korean_slip(name) {
        return (!present.contains(&Column::Field(field))).then(|| {
            Problem::warning(
                "column",
                said!(
                    "`{name}` is read as a variable, not as `{korean}`",
                    "`{name}` 열은 변수로 읽습니다(`{korean}` 열로 읽지 않음)"
                ),
            )
            .help(said!(
                "call it `{korean}` if that is what it holds",
                "`{korean}` 열이 맞으면 이름을 그렇게 바꾸세요"
            ))
        });
    }
    let fields = ["id", "question", "expect", "tags", "group", "images"];
    let near = nearest(name, fields)?;
    if present.contains(&Column::Field(near)) {
        return None;
    }
    Some(
        Problem::warning(
            "column",
            said!(
                "`{name}` is read as a variable, not as `{near}`",
                "`{name}` 열은 `{near}`가 아니라 변수로 읽습니다"
            ),
        )
        .help(said!(
            "call it `{near}` if that is what it holds",
            "`{near}`를 담은 열이라면 이름을 `{near}`로 바꾸세요"
        )),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_columns_are_understood() {
        let renamed = Renamed::from([("expect".to_owned(), "gold".to_owned())]);
        for (name, field) in [
            (" Question ", "question"),
            ("질문", "question"),
            ("정답", "expect"),
            ("gold", "expect"),
            ("분류", "tags"),
            ("ID", "id"),
        ] {
            assert_eq!(column(name, &renamed), Column::Field(field), "{name}");
        }
        assert_eq!(column("지문", &renamed), Column::Variable("지문".to_owned()));
        assert_eq!(column("  ", &renamed), Column::Nameless);
    }

    /// `정담` for `정답` was read as a variable without a word, and so were `답안` and `질믄`.
    #[test]
    fn korean_slips_are_told() {
        for (slip_of, meant) in [
            ("정담", Some("정답")),
            ("질믄", Some("질문")),
            ("질문", None),
            ("답안", Some("정답")),
            ("뷴류", Some("분류")),
            ("지문", None),
            ("맥락", None),
            ("난이도", None),
            ("출처", None),
        ] {
            let problem = slip(slip_of, &[]);
            let told = problem.as_ref().map(|problem| problem.message.to_string());
            match meant {
                Some(meant) => assert!(told.is_some_and(|told| told.contains(meant)), "{slip_of}"),
                None if slip_of == "질문" => {}
                None => assert_eq!(told, None, "{slip_of}"),
            }
        }
        assert!(slip("답안", &[Column::Field("expect")]).is_none());
    }

    #[test]
    fn munhang_heads_questions_or_beside_questions_their_ids() {
        let read = |names: &[&str]| columns(names.iter().copied(), &Renamed::new());
        let field = |name: &'static str| Column::Field(name);
        assert_eq!(read(&["문항", "정답"]), [field("question"), field("expect")]);
        assert_eq!(
            read(&["문항", "질문", "정답"]),
            [field("id"), field("question"), field("expect")]
        );
        assert_eq!(read(&["번호", "문항"]), [field("id"), field("question")]);
        assert_eq!(
            read(&["번호", "질문", "문항"]),
            [field("id"), field("question"), Column::Variable("문항".to_owned())]
        );
    }

    #[test]
    fn slips_are_told_and_variables_are_not() {
        assert!(slip("expct", &[]).is_some());
        assert!(slip("answer", &[]).is_some());
        assert!(slip("answer", &[Column::Field("expect")]).is_none());
        for variable in ["premise", "context", "지문", "difficulty", "source", "lang"] {
            assert!(slip(variable, &[]).is_none(), "{variable}");
        }
    }

    #[test]
    fn cells_hold_several_values() {
        let values = |field: &str, text: &str| field_cell(field, text.to_owned(), Span::default()).to_value();
        assert_eq!(
            values("expect", "서울|||Seoul ||| 서울시"),
            serde_json::json!(["서울", "Seoul", "서울시"])
        );
        assert_eq!(values("expect", "1,000; a"), "1,000; a");
        assert_eq!(
            values("tags", "환불, 교환;급함"),
            serde_json::json!(["환불", "교환", "급함"])
        );
        assert_eq!(values("question", "a ||| b"), "a ||| b");
    }
}
