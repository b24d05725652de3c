//! Cases from the literature on data editing, with the answers published there.

use huizong::check::localise::{Constraint, Limits, Solution, System, Variable, solve};

const LIMITS: Limits = Limits {
    steps: 50_000,
    sets: 1000,
    cost: 4,
};

fn sets(found: &Solution) -> Vec<Vec<usize>> {
    found.repairs.iter().map(|r| r.variables.clone()).collect()
}

/// Σ parts = total, from indices.
fn total(parts: &[usize], total: usize) -> Constraint {
    let mut terms: Vec<(usize, i64)> = parts.iter().map(|p| (*p, 1)).collect();
    terms.push((total, -1));
    Constraint::equal(terms, 0)
}

/// Scholtus' example: x1+x2=x3, x2=x4, x5+x6+x7=x8, x3+x8=x9, x9−x10=x11.
fn scholtus(values: [i64; 11]) -> System {
    System {
        variables: values.map(Variable::signed).to_vec(),
        constraints: vec![
            total(&[0, 1], 2),
            total(&[1], 3),
            total(&[4, 5, 6], 7),
            total(&[2, 7], 8),
            total(&[9, 10], 8),
        ],
    }
}

const TRUTH: [i64; 11] = [1452, 116, 1568, 116, 323, 76, 12, 411, 1979, 1842, 137];

#[test]
fn scholtus_one_transposed_value_is_restored() {
    assert!(solve(&scholtus(TRUTH), LIMITS).repairs.is_empty());
    let mut values = TRUTH;
    values[3] = 161;
    let found = solve(&scholtus(values), LIMITS);
    assert_eq!(sets(&found), [[3]]);
    assert_eq!(found.repairs[0].values, [116]);
    assert!(found.repairs[0].unique && found.complete);
}

#[test]
fn scholtus_a_transposition_and_an_inserted_digit_are_restored() {
    let mut values = TRUTH;
    (values[3], values[8]) = (161, 19979);
    let found = solve(&scholtus(values), LIMITS);
    assert_eq!(sets(&found), [[3, 8]]);
    assert_eq!(found.repairs[0].values, [116, 1979]);
    assert!(found.repairs[0].unique);
}

/// Profit + cost = turnover, cost ≥ 0.6 turnover, profit and cost not negative.
fn profit(values: [i64; 3], weights: [u32; 3]) -> System {
    let variable = |at: usize| Variable {
        weight: weights[at],
        least: (at < 2).then_some(0),
        ..Variable::signed(values[at])
    };
    System {
        variables: (0..3).map(variable).collect(),
        constraints: vec![
            total(&[0, 1], 2),
            Constraint::at_least([(1, 5), (2, -3)], 0),
        ],
    }
}

#[test]
fn an_inequality_decides_which_value_is_wrong() {
    let found = solve(&profit([755, 125, 200], [1; 3]), LIMITS);
    assert_eq!(sets(&found), [[0]]);
    assert_eq!(found.repairs[0].values, [75]);
}

#[test]
fn weights_decide_among_repairs_of_the_same_size() {
    for (weights, wrong) in [([2, 2, 1], 2), ([2, 1, 2], 1), ([1, 2, 2], 0)] {
        let found = solve(&profit([55, 125, 200], weights), LIMITS);
        assert_eq!(sets(&found), [[wrong]]);
    }
    let found = solve(&profit([55, 125, 200], [1; 3]), LIMITS);
    assert_eq!(sets(&found), [[0], [1], [2]]);
}

#[test]
fn a_value_known_to_be_right_puts_the_blame_on_the_others() {
    let mut system = System {
        variables: vec![Variable::count(6), Variable::count(6), Variable::count(5)],
        constraints: vec![total(&[0, 1], 2)],
    };
    system.variables[2].fixed = true;
    let found = solve(&system, LIMITS);
    assert_eq!(sets(&found), [[0, 1]]);
    assert!(
        !found.repairs[0].unique,
        "0 + 5 and 1 + 4 are both possible"
    );
}

#[test]
fn nothing_is_changed_where_no_simple_repair_exists() {
    // Four totals that are all wrong in ways of their own: no single cell explains them.
    let constraints = (0..4).map(|at| total(&[3 * at, 3 * at + 1], 3 * at + 2));
    let system = System {
        variables: (0..12).map(|at| Variable::count(at * at + 7)).collect(),
        constraints: constraints.collect(),
    };
    let found = solve(&system, Limits { cost: 3, ..LIMITS });
    assert!(found.repairs.is_empty());
    assert!(!found.complete);
    assert_eq!(found.cost, 3);
}

#[test]
fn confirmed_values_that_contradict_each_other_are_named() {
    let mut system = scholtus(TRUTH);
    system.variables[3].value = Some(161);
    (system.variables[1].fixed, system.variables[3].fixed) = (true, true);
    let found = solve(&system, LIMITS);
    assert_eq!(found.contradictions, [1]);
    assert!(found.repairs.is_empty());
}

#[test]
fn huge_values_change_nothing() {
    let values = TRUTH.map(|v| v * 1_000_000_000_000_007);
    let mut system = scholtus(values);
    system.variables[3].value = Some(i64::MAX);
    let found = solve(&system, LIMITS);
    assert_eq!(sets(&found), [[3]]);
    assert_eq!(found.repairs[0].values, [values[3]]);
}

#[test]
fn a_missing_value_is_no_evidence_unless_others_settle_it() {
    // a + u = 5 with u missing says nothing about a, but b + u = 7 then ties a to b.
    let mut system = System {
        variables: vec![Variable::count(2), Variable::count(3), Variable::missing()],
        constraints: vec![Constraint::equal([(0, 1), (2, 1)], 5)],
    };
    assert!(solve(&system, LIMITS).repairs.is_empty());
    system
        .constraints
        .push(Constraint::equal([(1, 1), (2, 1)], 7));
    assert_eq!(sets(&solve(&system, LIMITS)), [[0], [1]]);
    // And no missing part can be negative: 7 + u = 5 fails whatever u is.
    system.constraints.truncate(1);
    system.variables[0].value = Some(7);
    assert_eq!(sets(&solve(&system, LIMITS)), [[0]]);
}
