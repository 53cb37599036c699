//! `kill -9` of nodes under load, a PostgreSQL that goes without good-bye, a wire that is cut:
//! nothing is lost, nothing is done twice. Real processes on a real server; the same trial runs
//! longer as a bench (`tests/bench/ledger.sh`).

#[cfg(feature = "postgres")]
#[path = "kill/node.rs"]
mod node;
#[cfg(feature = "postgres")]
#[path = "kill/server.rs"]
mod server;
#[cfg(feature = "postgres")]
#[path = "kill/trial.rs"]
mod trial;

#[cfg(feature = "postgres")]
fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("the system has threads");
    if let Some(orders) = node::Orders::given() {
        return runtime.block_on(node::work(orders));
    }
    let arguments = libtest_mimic::Arguments::from_args();
    let name = "twenty_kills_restarts_and_cuts_lose_nothing_and_do_nothing_twice";
    let test = libtest_mimic::Trial::test(name, move || {
        let found = runtime.block_on(trial::run(trial::Hardship {
            kills: 20,
            nodes: 4,
            lanes: 3,
            cost_ms: 60,
            lease_ms: 3_000,
            fault_every: 10,
            cut_most: std::time::Duration::from_secs(6),
            seed: 20_261_125,
        }));
        let sound = found.lost == 0
            && found.twice == 0
            && found.parked_wrongly == 0
            && found.gaps == 0
            && found.sums_are_true
            && found.kills == 20
            && found.restarts == 2
            && found.cuts == 2
            && found.results > 100;
        let longest = found
            .after_restart
            .max(found.after_cut)
            .max(found.after_kill);
        if sound && longest < std::time::Duration::from_secs(30) {
            Ok(())
        } else {
            Err(format!("{found:#?}").into())
        }
    });
    libtest_mimic::run(&arguments, vec![test]).exit();
}

#[cfg(not(feature = "postgres"))]
fn main() {}
