//! Key patterns: `requests.{result}.{column}` stands for every combination of the named lists.

use std::collections::HashMap;

/// The value of a name while a pattern is expanded.
pub type Bindings = HashMap<String, String>;

/// Every key a pattern stands for, in the order of the lists. Names that are bound stand for their value.
///
/// # Errors
/// The name of a list that does not exist.
pub fn expand(
    pattern: &str,
    sets: &HashMap<String, Vec<String>>,
    bound: &Bindings,
) -> Result<Vec<String>, String> {
    let Some(open) = pattern.find('{') else {
        return Ok(vec![pattern.to_owned()]);
    };
    let close = pattern[open..]
        .find('}')
        .map(|at| open + at)
        .ok_or_else(|| format!("`{pattern}`: `{{` without `}}`"))?;
    let name = &pattern[open + 1..close];
    let head = &pattern[..open];
    let tails = expand(&pattern[close + 1..], sets, bound)?;
    let one;
    let elements: &[String] = match bound.get(name) {
        Some(value) => {
            one = [value.clone()];
            &one
        }
        None => sets
            .get(name)
            .ok_or_else(|| format!("`{pattern}`: there is no list `{name}` in [sets]"))?,
    };
    let mut keys = Vec::with_capacity(elements.len() * tails.len());
    for element in elements {
        for tail in &tails {
            keys.push(format!("{head}{element}{tail}"));
        }
    }
    Ok(keys)
}

/// Every combination of values for the names of `each`, in the order of the lists.
///
/// # Errors
/// The name of a list that does not exist.
pub fn bindings(
    each: &[String],
    sets: &HashMap<String, Vec<String>>,
) -> Result<Vec<Bindings>, String> {
    let mut all = vec![Bindings::new()];
    for name in each {
        let elements = sets
            .get(name)
            .ok_or_else(|| format!("`each` names `{name}`, which is no list in [sets]"))?;
        all = all
            .into_iter()
            .flat_map(|bound| {
                elements.iter().map(move |element| {
                    let mut next = bound.clone();
                    next.insert(name.clone(), element.clone());
                    next
                })
            })
            .collect();
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_stands_for_every_combination_unless_bound() {
        let sets = HashMap::from([
            ("r".to_owned(), vec!["a".to_owned(), "b".to_owned()]),
            ("c".to_owned(), vec!["x".to_owned(), "y".to_owned()]),
        ]);
        let free = expand("t.{r}.{c}", &sets, &Bindings::new()).unwrap();
        assert_eq!(free, ["t.a.x", "t.a.y", "t.b.x", "t.b.y"]);
        let bound = Bindings::from([("c".to_owned(), "y".to_owned())]);
        assert_eq!(
            expand("t.{r}.{c}", &sets, &bound).unwrap(),
            ["t.a.y", "t.b.y"]
        );
        assert!(expand("t.{q}", &sets, &bound).is_err());
        assert!(expand("t.{q", &sets, &bound).is_err());
    }
}
