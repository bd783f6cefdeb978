use serde_json::json;

use crate::support::{Place, driver, echo};

#[test]
fn the_answer_is_shown_in_both_bases() {
    let (place, echo) = (Place::new(), echo());
    let send = |arguments: &[&str]| {
        place.run(&[&["send", echo.to_str().unwrap()], arguments].concat()).succeeds().stdout.clone()
    };
    assert_eq!(send(&["DRV_USER", "255"]), "255 (0xff)\n");
    assert_eq!(send(&["drv_user", "-1"]), format!("-1 ({:#x})\n", usize::MAX));
    assert_eq!(send(&["0x4000", "-0x10"]), format!("-16 ({:#x})\n", (-16isize)));
    assert_eq!(send(&["16384", &usize::MAX.to_string()]), format!("-1 ({:#x})\n", usize::MAX));
    assert_eq!(send(&["DRV_USER+2", "--parameters", "four"]), "4 (0x4)\n");
}

#[test]
fn both_parameters_arrive_and_options_may_follow_them() {
    let driver = driver("ORDINARY");
    let ran = Place::new().run(&["send", driver.to_str().unwrap(), "DRV_USER", "50", "-8", "--json"]);
    assert_eq!(
        ran.succeeds().json(),
        json!({ "message": "DRV_USER", "number": 0x4000, "lparam1": 50, "lparam2": -8, "answer": 42 })
    );
}

#[test]
fn a_close_that_the_driver_refuses_is_told_after_the_answer() {
    let (place, driver) = (Place::new(), driver("REFUSE_CLOSE"));
    let ran = place.run(&["send", driver.to_str().unwrap(), "DRV_USER", "3", "--personality", "win31"]);
    assert_eq!(ran.fails(1, &["refused DRV_CLOSE"]).stdout, "3 (0x3)\n");
    let ran =
        place.run(&["send", driver.to_str().unwrap(), "DRV_USER", "3", "--personality", "win31", "--json"]);
    assert_eq!(ran.code, Some(1));
    let document = ran.json();
    assert_eq!((&document["answer"], &document["error"]["kind"]), (&json!(3), &json!("close-refused")));
}
