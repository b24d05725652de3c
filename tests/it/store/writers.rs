//! Several writers of one store: shards, and one after the other.

use huizong::frame::store::{Filter, Ingest, Options, Shard, Store, StoreError};

use super::made::*;

#[test]
fn shards_give_what_one_gives_and_do_not_mix() {
    let (one, four) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let files = folder(50);
    ingest(one.path(), &files, plain()).unwrap();
    for number in [3, 1, 4] {
        let options = Options {
            shard: Shard { number, of: 4 },
            ..plain()
        };
        ingest(four.path(), &files, options).unwrap();
    }
    let missing = Store::open(four.path()).unwrap().missing_shards();
    assert_eq!(missing, [Shard { number: 2, of: 4 }]);
    let options = Options {
        shard: Shard { number: 2, of: 4 },
        ..plain()
    };
    let changes = ingest(four.path(), &files, options).unwrap();
    assert!(changes.added > 3 && changes.added < 30, "{changes:?}");
    assert!(
        Store::open(four.path())
            .unwrap()
            .missing_shards()
            .is_empty()
    );
    let (a, b) = (
        entries(one.path(), &Filter::default()),
        entries(four.path(), &Filter::default()),
    );
    assert_eq!(words(&a), words(&b));
    assert_eq!(export(&a), export(&b));
    let refused = ingest(four.path(), &files, plain()).unwrap_err();
    assert!(
        matches!(
            refused,
            StoreError::Shards {
                found: 4,
                wanted: 1,
                ..
            }
        ),
        "{refused}"
    );
}

#[test]
fn the_second_of_two_ingests_is_told_who_holds_the_store() {
    let root = tempfile::tempdir().unwrap();
    let first = Ingest::begin(root.path(), Options::new("pid 42 on left since noon")).unwrap();
    let Err(refused) = Ingest::begin(root.path(), plain()) else {
        panic!("two at once");
    };
    assert!(matches!(refused, StoreError::Busy { .. }), "{refused}");
    assert!(
        refused.to_string().contains("pid 42 on left since noon"),
        "{refused}"
    );
    drop(first);
    ingest(root.path(), &folder(3), plain()).unwrap();
}
