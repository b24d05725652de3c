//! The search against an exhaustive one that knows nothing of elimination: every subset, every value.

use huizong::check::localise::{Constraint, Limits, Sense, System, Variable, solve};
use proptest::prelude::*;

/// All values are tried from −LARGEST (0 for counts) to LARGEST.
const LARGEST: i64 = 11;

fn holds(system: &System, values: &[i64]) -> bool {
    let domain = (system.variables.iter().zip(values))
        .all(|(variable, value)| variable.least.is_none_or(|least| *value >= least));
    domain
        && system.constraints.iter().all(|constraint| {
            let sum: i64 = constraint.terms.iter().map(|(v, c)| c * values[*v]).sum();
            match constraint.sense {
                Sense::Equal => sum == constraint.constant,
                Sense::AtLeast => sum >= constraint.constant,
            }
        })
}

/// How many ways (two at most) there are to fill the variables of a set so that everything holds.
fn ways(system: &System, values: &mut Vec<i64>, set: &[usize]) -> usize {
    let Some((first, rest)) = set.split_first() else {
        return usize::from(holds(system, values));
    };
    let old = values[*first];
    let mut found = 0;
    for value in -LARGEST..=LARGEST {
        values[*first] = value;
        found += ways(system, values, rest);
        if found > 1 {
            break;
        }
    }
    values[*first] = old;
    found
}

fn cheapest(system: &System, most: u32) -> Vec<Vec<usize>> {
    let mut values: Vec<i64> = system.variables.iter().map(|v| v.value.unwrap()).collect();
    let open: Vec<usize> = (0..values.len())
        .filter(|v| !system.variables[*v].fixed)
        .collect();
    let mut best: (u32, Vec<Vec<usize>>) = (most, Vec::new());
    for mask in 0_u32..1 << open.len() {
        let set: Vec<usize> = (open.iter().enumerate())
            .filter(|(bit, _)| mask & (1 << bit) != 0)
            .map(|(_, v)| *v)
            .collect();
        let cost = set.iter().map(|v| system.variables[*v].weight).sum();
        if set.len() > 3 || cost > best.0 || ways(system, &mut values, &set) == 0 {
            continue;
        }
        if cost < best.0 {
            best = (cost, Vec::new());
        }
        best.1.push(set);
    }
    best.1.retain(|set| !set.is_empty());
    best.1.sort();
    best.1
}

fn systems() -> impl Strategy<Value = System> {
    let variable =
        (0_i64..5, any::<bool>(), 0_u8..8, 1_u32..3).prop_map(|(value, signed, fixed, weight)| {
            Variable {
                value: Some(value),
                least: (!signed).then_some(0),
                fixed: fixed == 0,
                weight,
            }
        });
    let coefficient = prop_oneof![4 => Just(1_i64), 4 => Just(-1), 1 => Just(2), 1 => Just(-3)];
    (3_usize..7).prop_flat_map(move |count| {
        let terms = prop::collection::btree_map(0..count, coefficient.clone(), 1..=count.min(4));
        let constraint =
            (terms, any::<bool>(), -4_i64..5).prop_map(|(terms, equal, constant)| Constraint {
                terms: terms.into_iter().collect(),
                sense: if equal { Sense::Equal } else { Sense::AtLeast },
                constant,
            });
        let variables = prop::collection::vec(variable.clone(), count);
        let constraints = prop::collection::vec(constraint, 1..5);
        (variables, constraints).prop_map(|(variables, constraints)| System {
            variables,
            constraints,
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn the_cheapest_sets_are_those_of_a_brute_force_search(system in systems()) {
        let found = solve(&system, Limits { steps: 100_000, sets: 1000, cost: 6 });
        let expected = cheapest(&system, 3);
        if found.contradictions.is_empty() && found.cost <= 3 {
            let sets: Vec<_> = found.repairs.iter().map(|r| r.variables.clone()).collect();
            // The brute force stops at values of a certain size; the search does not.
            let reachable = found.repairs.iter().all(|r| r.values.iter().all(|v| v.abs() <= LARGEST));
            prop_assert!(sets == expected || !reachable, "{system:?}\n{sets:?}\n{expected:?}");
            for repair in &found.repairs {
                let mut values: Vec<i64> = system.variables.iter().map(|v| v.value.unwrap()).collect();
                let many = ways(&system, &mut values, &repair.variables) > 1;
                prop_assert!(!(repair.unique && many), "{system:?}\n{repair:?}");
                for (variable, value) in repair.variables.iter().zip(&repair.values) {
                    values[*variable] = *value;
                }
                prop_assert!(holds(&system, &values), "{system:?}\n{repair:?}");
            }
        } else {
            prop_assert!(expected.is_empty(), "{system:?}\n{found:?}\n{expected:?}");
        }
    }
}
