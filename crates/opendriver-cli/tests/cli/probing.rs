use serde_json::{Value, json};
use snapbox::{assert_data_eq, str};

use crate::support::{Place, driver, echo};

fn names(messages: &[(String, String)]) -> Vec<&str> {
    messages.iter().map(|(name, _)| name.as_str()).collect()
}

#[test]
fn the_whole_life_is_shown_in_order() {
    let place = Place::with_ini("[drivers32]\nplain=driver.drv hello world\n");
    place.install(&driver("ORDINARY"), "driver.drv");
    let ran = place.with_config(&["probe", "plain", "--message", "DRV_USER,40,2", "--lparam2", "0x10"]);
    assert_data_eq!(
        ran.succeeds().stdout.clone(),
        str![[r#"
message              handle     id             lParam1            lParam2    result         time
loaded   [..]driver.drv
DRV_LOAD             0x[..] 0              0                  0          1              [..]
DRV_ENABLE           0x[..] 0              0                  0          1              [..]
DRV_OPEN             0x[..] 0              "hello world"      16         7              [..]
DRV_QUERYCONFIGURE   0x[..] 7              0                  0          1              [..]
DRV_USER             0x[..] 7              40                 2          42             [..]
DRV_CLOSE            0x[..] 7              0                  0          1              [..]
DRV_DISABLE          0x[..] 7              0                  0          1              [..]
DRV_FREE             0x[..] 7              0                  0          1              [..]
unloaded [..]driver.drv

"#]]
    );
}

#[test]
fn parameters_of_the_command_line_win_over_those_of_the_alias() {
    let place = Place::with_ini("[drivers32]\necho=echo.drv of the file\n");
    let length = |arguments: &[&str]| {
        let ran = place.with_config(&[&["send", "echo", "DRV_USER+2"], arguments].concat());
        ran.succeeds().stdout.clone()
    };
    assert_eq!(length(&[]), "11 (0xb)\n");
    assert_eq!(length(&["--parameters", "shorter"]), "7 (0x7)\n");
    assert_eq!(length(&["--parameters", "-v"]), "2 (0x2)\n");
    assert_eq!(length(&["--parameters", ""]), "0 (0x0)\n");
    assert_eq!(length(&["--parameters", " as given "]), "10 (0xa)\n");
}

#[test]
fn a_failure_names_what_was_typed_whatever_the_parameters() {
    let place = Place::with_ini("[drivers32]\necho=echo.drv of the file\n");
    for name in ["echo", "echo.drv"] {
        let ran = place.with_config(&["probe", name, "--parameters", "refuse"]);
        let cannot = format!("error: cannot open \"{name}\"");
        ran.fails(1, &[cannot.as_str(), "refused DRV_OPEN (parameters \"refuse\")"]);
        assert_eq!(ran.stderr.contains("2 | echo="), name == "echo", "{ran:?}");
    }
    // Nor does a failure to find a file.
    place
        .with_config(&["probe", "gone.drv", "--parameters", "x"])
        .fails(2, &["error: cannot open \"gone.drv\": there is no driver file \"gone.drv\""]);
}

#[test]
fn an_alias_called_like_its_file_can_be_opened_without_its_parameters() {
    let place = Place::with_ini("[drivers32]\necho=echo of the file\n");
    let ran = place.with_config(&["send", "echo", "DRV_USER+2", "--parameters", ""]);
    assert_eq!(ran.succeeds().stdout, "0 (0x0)\n");
}

#[test]
fn messages_go_out_in_the_order_given_with_their_parameters() {
    let echo = echo();
    let messages = ["DRV_USER,-5", "drv_user+1", "DRV_POWER,1,2", "0x4000,0xffffffff"];
    let mut arguments = vec!["probe", echo.to_str().unwrap()];
    messages.iter().for_each(|message| arguments.extend(["--message", *message]));
    let ran = Place::new().run(&arguments);
    let answers: Vec<(String, String)> = ran.succeeds().messages()[3..8].to_vec();
    let expected = [
        ("DRV_QUERYCONFIGURE", "1"),
        ("DRV_USER", "-5"),
        ("DRV_USER+0x1", "3"),
        ("DRV_POWER", "1"),
        ("DRV_USER", "0xffffffff"),
    ];
    assert_eq!(answers, expected.map(|(name, answer)| (name.to_owned(), answer.to_owned())));
}

#[test]
fn the_wine_personality_shows_its_hidden_instance() {
    let echo = echo();
    let arguments = ["probe", echo.to_str().unwrap(), "--lparam2", "9", "--personality", "wine"];
    let messages = Place::new().run(&arguments).messages();
    let opens = names(&messages).iter().filter(|name| **name == "DRV_OPEN").count();
    assert_eq!(opens, 2, "{messages:?}");
}

#[test]
fn json_has_every_message_twice_and_is_one_document() {
    let echo = echo();
    let ran = Place::new().run(&["--json", "probe", echo.to_str().unwrap(), "--parameters", "a b"]);
    let document = ran.succeeds().json();
    let events = document["events"].as_array().unwrap();
    let of = |what: &str| -> Vec<&Value> { events.iter().filter(|event| event["event"] == what).collect() };
    assert_eq!((of("loaded").len(), of("unloaded").len()), (1, 1));
    let (sending, answered) = (of("sending"), of("answered"));
    assert_eq!(sending.len(), 7);
    assert_eq!(answered.len(), 7);
    assert_eq!(answered[2]["message"], "DRV_OPEN");
    assert_eq!(answered[2]["parameters"], "a b");
    assert!(answered.iter().all(|event| event["nanoseconds"].is_u64() && event["result"].is_i64()));
    assert_eq!(document.get("error"), None);
}

#[test]
fn a_refusal_ends_the_table_and_the_document() {
    let place = Place::new();
    let driver = driver("REFUSE_OPEN");
    let ran = place.run(&["probe", driver.to_str().unwrap()]);
    ran.fails(1, &["refused DRV_OPEN"]);
    let messages = ran.messages();
    assert_eq!(names(&messages), ["DRV_LOAD", "DRV_ENABLE", "DRV_OPEN", "DRV_DISABLE", "DRV_FREE"]);
    assert_eq!(messages[2].1, "0");

    let ran = place.run(&["probe", driver.to_str().unwrap(), "--json"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(1), ""));
    let document = ran.json();
    assert_eq!(document["events"].as_array().unwrap().len(), 12);
    assert_eq!(
        (&document["error"]["kind"], &document["error"]["exit_code"]),
        (&json!("open-refused"), &json!(1))
    );
}
