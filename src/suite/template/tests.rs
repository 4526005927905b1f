//! Templates over cases, good and bad.

use super::*;
use crate::domain::PromptMessage;
use proptest::prelude::*;
use serde_json::json;

fn prompt(template: &str) -> Prompt {
    Prompt {
        name: "p".to_owned(),
        system: None,
        messages: vec![PromptMessage {
            role: Role::User,
            content: template.to_owned(),
        }],
        params: Params::default(),
    }
}

fn case(vars: &Value) -> Case {
    Case {
        vars: vars.as_object().unwrap().clone(),
        ..Case::default()
    }
}

fn render(template: &str, vars: &Value) -> Result<String, Problem> {
    let templates = Templates::new(&[prompt(template)], &Params::default()).unwrap();
    let case = case(vars);
    let rendered = templates.render(0, &case).map(|call| call.question());
    assert_eq!(templates.check(&case.vars).is_empty(), rendered.is_ok(), "{template}");
    rendered
}

#[test]
fn not_a_byte_is_changed() {
    for template in [
        "{{ question }}",
        "\n{{question}}\n\n",
        "{% if true %}\n {{ question }}\n{% endif %}\n",
        "  <b>&{{ question }}</b>",
    ] {
        let expected = template
            .replace("{% if true %}", "")
            .replace("{% endif %}", "")
            .replace("{{ question }}", "<\"가\n")
            .replace("{{question}}", "<\"가\n");
        assert_eq!(render(template, &json!({"question": "<\"가\n"})).unwrap(), expected);
    }
}

#[test]
fn values_are_not_rendered_again() {
    let vars = json!({"question": "{{ secret }} {% raw %}", "secret": "x"});
    assert_eq!(render("{{ question }}", &vars).unwrap(), "{{ secret }} {% raw %}");
    assert_eq!(
        render("{% if 1 %}{{ question }}{% endif %}", &vars).unwrap(),
        "{{ secret }} {% raw %}"
    );
}

#[test]
fn missing_variables_are_named_with_those_that_exist() {
    let problem = render("{{ qestion }}", &json!({"question": "x"})).unwrap_err();
    assert_eq!(
        problem.message,
        "prompt `p` wants `qestion`, which this case does not have"
    );
    assert_eq!(problem.help.unwrap(), "did you mean `question`?");
    let problem = render("{% if topic %}a{% endif %}", &json!({"question": "x", "지문": "y"})).unwrap_err();
    assert_eq!(problem.help.unwrap(), "it has `question`, `지문`");
    let problem = render("{{ expect }}", &json!({"question": "x"})).unwrap_err();
    assert!(problem.help.unwrap().contains("never sent"));
    assert!(render("{{ a.b }}", &json!({"a": {"c": 1}})).is_err());
    assert!(render("{{ a[1] }}", &json!({"a": [1]})).is_err());
}

#[test]
fn all_missing_variables_are_told_and_only_those() {
    let problem = render(
        "{% if hint is defined %}{{ hint }}{% endif %}{{ topic }} {{ place }} {{ question }}",
        &json!({"question": "x"}),
    )
    .unwrap_err();
    assert_eq!(
        problem.message,
        "prompt `p` wants `place`, `topic`, which this case does not have"
    );
    assert_eq!(
        problem.message.in_lang(crate::domain::Lang::Ko),
        "`p` 프롬프트에 필요한 `place`, `topic` 변수가 이 문항에 없습니다"
    );
}

#[test]
fn lists_are_put_in_one_item_a_line_and_maps_as_json() {
    let vars =
        json!({"choices": ["A. 서울", "B. \"부산\"", 3, true], "map": {"키": [1, "x"]}, "nested": [[1, 2], {"a": 1}]});
    assert_eq!(render("{{ choices }}", &vars).unwrap(), "A. 서울\nB. \"부산\"\n3\ntrue");
    assert_eq!(render("{{ map }}", &vars).unwrap(), "{\"키\":[1,\"x\"]}");
    assert_eq!(render("{{ nested }}", &vars).unwrap(), "[1,2]\n{\"a\":1}");
    assert_eq!(
        render("{{ choices[:2] | join(' / ') }} {{ choices[3] }}", &vars).unwrap(),
        "A. 서울 / B. \"부산\" true"
    );
    assert!(render("{{ x }}", &json!({"x": [null]})).is_err());
}

#[test]
fn optional_variables_may_be_absent() {
    let template = "{% if context is defined %}{{ context }}\n{% endif %}{{ question }}";
    assert_eq!(render(template, &json!({"question": "q"})).unwrap(), "q");
    assert_eq!(render("{{ x | default('-') }}", &json!({})).unwrap(), "-");
}

#[test]
fn nulls_are_not_printed() {
    assert!(render("{{ x }}", &json!({"x": null})).is_err());
    assert_eq!(render("{{ x or '' }}", &json!({"x": null})).unwrap(), "");
}

#[test]
fn odd_names_are_reached_through_vars() {
    let vars = json!({"보기 1": "가", "1": "나", "x": "다"});
    assert_eq!(
        render("{{ vars['보기 1'] }}{{ vars['1'] }}{{ vars.x }}", &vars).unwrap(),
        "가나다"
    );
    assert_eq!(render("{{ vars.x }}", &json!({"x": 1})).unwrap(), "1");
}

#[test]
fn endless_templates_stop() {
    let template = "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}";
    let problem = render(template, &json!({})).unwrap_err();
    assert!(
        problem.message.contains("does not come to an end"),
        "{}",
        problem.message
    );
}

#[test]
fn wrong_templates_are_all_told() {
    let problems = Templates::new(
        &[prompt("{{ a"), prompt("ok"), prompt("a\n{% if %}")],
        &Params::default(),
    )
    .unwrap_err();
    assert_eq!(problems.len(), 2);
    assert!(problems[1].message.contains("line 2"), "{}", problems[1].message);
}

#[test]
fn parameters_lie_over_each_other_and_pictures_come_last() {
    let suite = Params {
        temperature: Some(0.1),
        seed: Some(1),
        top_k: Some(1),
        ..Params::default()
    };
    let mut one = prompt("{{ question }}");
    one.params.seed = Some(2);
    one.params.top_k = Some(2);
    one.system = Some("너는 {{ role }}".to_owned());
    let templates = Templates::new(&[one], &suite).unwrap();
    let mut case = case(&json!({"question": "q", "role": "선생님"}));
    case.params.top_k = Some(3);
    case.images = vec!["suites/a.png".to_owned(), "https://example.com/b.png".to_owned()];
    let call = templates.render(0, &case).unwrap();
    assert_eq!(call.system.as_deref(), Some("너는 선생님"));
    assert_eq!(
        (call.params.temperature, call.params.seed, call.params.top_k),
        (Some(0.1), Some(2), Some(3))
    );
    let parts = &call.messages[0].parts;
    assert_eq!(parts.len(), 3);
    let Part::Image(image) = &parts[1] else { panic!() };
    assert_eq!(image.source, ImageSource::Url("file:suites/a.png".to_owned()));
}

#[test]
fn wanted_names_leave_branches_out() {
    let templates = Templates::new(
        &[
            prompt("{{ question }} {{ a.b }} {{ vars.c }}"),
            prompt("{% if d %}{% endif %}"),
        ],
        &Params::default(),
    )
    .unwrap();
    assert_eq!(templates.wanted().into_iter().collect::<Vec<_>>(), ["a", "question"]);
}

proptest! {
    /// The short way must give what the engine gives.
    #[test]
    fn plain_templates_render_alike(
        source in "([a-z가 \n}]|\\{\\{ (a|b|c\\.d|vars\\.b|e) \\}\\}){0,8}",
        a in "\\PC{0,6}",
        b in any::<i64>(),
    ) {
        let vars = json!({"a": a, "b": b, "c": {"d": "x"}});
        let templates = Templates::new(&[prompt(&source)], &Params::default()).unwrap();
        let Some(bits) = plain(&source) else { return Ok(()); };
        let own = minijinja::Value::from(Serde(&vars));
        let engine = templates.environment.get_template("0/0").unwrap().render(context! { vars => own.clone(), ..own });
        match filled(&bits, vars.as_object().unwrap()) {
            Some(text) => prop_assert_eq!(text, engine.unwrap()),
            None => prop_assert!(engine.is_err()),
        }
    }
}
