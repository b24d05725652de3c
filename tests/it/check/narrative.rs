use std::sync::Arc;

use huizong::check::{Settings, Tally, evaluate, run};
use huizong::finding::Finding;
use huizong::form::Library;
use huizong::report::{Day, Report, Sentence};
use huizong::units::Registry;

use crate::localise::generator::{form, place, set, zeros};

fn report(unit: &str, sentences: &[&str]) -> Report {
    let mut report = zeros(&form("2021"), unit, 2021);
    report.narrative.sentences = (sentences.iter().enumerate())
        .map(|(at, words)| Sentence {
            words: (*words).into(),
            place: place(1000 + at),
        })
        .collect();
    report
}

fn verdict(report: &Report, rule: &str) -> &'static str {
    let outcomes = evaluate(report, None, "", Library::official());
    let index = report.form.rules.iter().position(|r| r.id == rule).unwrap();
    let tally = Tally::of(&report.form, &outcomes)[index];
    match [tally.held, tally.failed, tally.unverifiable] {
        [1, 0, 0] => "held",
        [0, 1, 0] => "failed",
        [0, 0, 1] => "unverifiable",
        other => panic!("{other:?}"),
    }
}

fn findings(reports: Vec<Report>) -> Vec<Finding> {
    let reports: Vec<_> = reports.into_iter().map(Arc::new).collect();
    run(
        &reports,
        &Registry::default(),
        Library::official(),
        Settings::embedded(),
    )
    .findings
}

/// A report with 12 new requests and 3 carried in, all of them settled.
fn requests(unit: &str, sentence: &str) -> Report {
    let mut report = report(unit, &[sentence]);
    for (row, number) in [
        ("received", 12),
        ("carried_in", 3),
        ("granted", 15),
        ("concluded", 15),
    ] {
        set(
            &mut report,
            &format!("requests.{row}.natural_person"),
            number,
        );
        set(&mut report, &format!("requests.{row}.total"), number);
    }
    report
}

#[test]
fn counts_of_requests_are_read_from_realistic_sentences() {
    for (sentence, expected) in [
        (
            "2021年，我镇收到政府信息公开申请12件，其中自然人8件。",
            "held",
        ),
        (
            "2021年我镇共收到公民、法人和其他组织政府信息公开申请十二件。",
            "held",
        ),
        (
            "全年新收政府信息公开申请12件，上年结转3件，均已办结。",
            "held",
        ),
        (
            "本年度共收到政府信息公开申请15件（含上年结转3件）。",
            "held",
        ),
        ("收到12件依申请公开，同比增加2件。", "held"),
        (
            "本年度，我镇共受理政府信息公开申请12件，按时办结率100%。",
            "held",
        ),
        ("2021年1月1日至12月31日，我镇收到信息公开申请12条。", "held"),
        (
            "一是依申请公开：收到政府信息公开申请12件，2020年收到政府信息公开申请30件。",
            "held",
        ),
        ("2021年，我镇收到政府信息公开申请21件。", "failed"),
        ("2021年，我镇未收到政府信息公开申请。", "failed"),
        ("本年度没有收到任何政府信息公开申请。", "failed"),
        ("全年新收政府信息公开申请15件。", "failed"),
        ("我镇共收到政府信息公开申请1.2万件。", "failed"),
        ("本年收到政府信息公开申请14,069件。", "failed"),
        ("本年收到政府信息公开申请0件。", "failed"),
        // About something else: nothing can be said.
        ("2020年收到政府信息公开申请30件。", "unverifiable"),
        ("2020年，我镇收到政府信息公开申请30件。", "unverifiable"),
        ("上年同期收到政府信息公开申请30件。", "unverifiable"),
        (
            "自条例施行以来累计收到政府信息公开申请300件。",
            "unverifiable",
        ),
        ("其中通过网络收到政府信息公开申请5件。", "unverifiable"),
        ("全县各乡镇共收到政府信息公开申请412件。", "unverifiable"),
        ("上半年收到政府信息公开申请5件。", "unverifiable"),
        ("6月份收到政府信息公开申请2件。", "unverifiable"),
        ("办结政府信息公开申请11件。", "unverifiable"),
        (
            "未收到因政府信息公开申请引起的行政复议和行政诉讼。",
            "unverifiable",
        ),
        ("收到涉及政府信息公开申请的投诉2件。", "unverifiable"),
        ("收到政府信息公开申请近20件。", "unverifiable"),
        ("收到政府信息公开申请20余件。", "unverifiable"),
        (
            "对收到的政府信息公开申请及时登记，做到件件有答复。",
            "unverifiable",
        ),
        ("共发布政策解读信息8条，精准脱贫信息55条。", "unverifiable"),
        ("收到县长信箱来信30件。", "unverifiable"),
        ("未收到申请人逾期补正材料。", "unverifiable"),
    ] {
        assert_eq!(
            verdict(&requests("甲镇", sentence), "text-requests"),
            expected,
            "{sentence}"
        );
    }
    let county = requests("东至县", "全县共收到政府信息公开申请13件。");
    assert_eq!(verdict(&county, "text-requests"), "failed");
}

#[test]
fn the_sentence_is_the_evidence_and_its_place_is_named() {
    let found = findings(vec![requests(
        "甲镇",
        "2021年，我镇收到政府信息公开申请21件。",
    )]);
    assert_eq!(found.len(), 1);
    let finding = &found[0];
    assert_eq!(finding.rule, "text-requests");
    assert_eq!(
        (finding.found.as_str(), finding.expected.as_str()),
        ("21", "12 / 15")
    );
    assert_eq!(finding.places[0], place(1000));
    assert!(
        finding.message.zh.contains("我镇收到政府信息公开申请21件"),
        "{}",
        finding.message.zh
    );
    assert_eq!(
        finding.keys,
        ["requests.received.total", "requests.carried_in.total"]
    );
}

#[test]
fn periods_and_years() {
    for (sentence, expected) in [
        (
            "本报告所列数据的统计期限自2021年1月1日起至2021年12月31日止。",
            "held",
        ),
        ("本报告中使用数据统计期限为2021年1月1日至12月31日。", "held"),
        (
            "本报告中使用数据统计期限为2020年1月1日至12月31日。",
            "failed",
        ),
        ("统计期限为2020年 1月1日至2021年12月31日。", "failed"),
        ("结合2020年甲镇政府信息公开工作编制而成。", "failed"),
        (
            "根据《2020年政务公开工作要点》（国办发〔2020〕17号），结合2021年工作编制而成。",
            "held",
        ),
        (
            "2020年政务公开工作要点印发后，我镇认真落实。",
            "unverifiable",
        ),
        (
            "2020年11月1日至12月31日开展了专项活动，统计数据见附件。",
            "unverifiable",
        ),
    ] {
        assert_eq!(
            verdict(&report("甲镇", &[sentence]), "text-period"),
            expected,
            "{sentence}"
        );
    }
    let both = report(
        "甲镇",
        &[
            "统计期限为2020年1月1日至12月31日。",
            "统计期限为2021年1月1日至12月31日。",
        ],
    );
    assert_eq!(verdict(&both, "text-period"), "held");
}

#[test]
fn a_report_is_signed_after_its_period() {
    let mut report = report("甲镇", &[]);
    assert_eq!(verdict(&report, "signed-too-early"), "unverifiable");
    for (year, month, day, expected) in [
        (2021, 1, 14, "failed"),
        (2021, 12, 30, "failed"),
        (2021, 12, 31, "held"),
        (2022, 1, 14, "held"),
    ] {
        report.narrative.signed = Some((Day { year, month, day }, place(5)));
        assert_eq!(verdict(&report, "signed-too-early"), expected);
    }
}

#[test]
fn a_text_that_speaks_as_somebody_else() {
    for (unit, sentence, expected) in [
        ("甲镇", "我镇公开了信息。", "held"),
        (
            "甲镇",
            "五是2021年我乡政务公开工作积极接受群众评议。",
            "failed",
        ),
        ("甲镇", "推动我乡村振兴工作。", "unverifiable"),
        ("甲镇", "在我县政务公开办的指导下开展工作。", "unverifiable"),
        ("甲乡人民政府", "我乡公开了信息。", "held"),
        ("甲街道办事处", "我镇公开了信息。", "failed"),
        ("教育局", "我局公开了信息。", "held"),
        ("教育局", "我镇公开了信息。", "failed"),
        ("东至县", "我县公开了信息。", "unverifiable"),
    ] {
        assert_eq!(
            verdict(&report(unit, &[sentence]), "text-unit-kind"),
            expected,
            "{unit} {sentence}"
        );
    }
    let other = report("乙镇", &["我镇公开了信息。"]);
    let copied = report(
        "甲镇",
        &["我镇公开了信息。", "结合乙镇政府信息公开工作编制。"],
    );
    let found = findings(vec![other.clone(), copied]);
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].unit.as_str(), found[0].found.as_str()),
        ("甲镇", "乙镇")
    );
    let neighbour = report("甲镇", &["我镇与乙镇人民政府联合举办活动。"]);
    assert!(findings(vec![other, neighbour]).is_empty());
}
