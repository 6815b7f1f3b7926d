//! From the start of a process to its first poll for work.

use std::time::Duration;

use simulators::lambda::Function;

use crate::cpu::{median, ms};
use crate::programs::{FUNCTIONS, Programs};
use crate::table::{Table, Verdict};
use crate::world::environment;
use crate::{Error, cpu};

/// Starts of each program, one of each after the other.
const RUNS: usize = 30;
/// At most so many times the start of `hello`.
const MOST: f64 = 1.5;

#[derive(Default)]
struct Starts {
    program: &'static str,
    wall: Vec<Duration>,
    cpu: Vec<Duration>,
}

pub(crate) async fn measure(programs: &Programs, table: &mut Table) -> Result<(), Error> {
    let mut all: Vec<Starts> = std::iter::once("hello")
        .chain(FUNCTIONS)
        .map(|program| Starts {
            program,
            ..Starts::default()
        })
        .collect();
    // The first round brings the programs into the memory and is not counted.
    for round in 0..=RUNS {
        for starts in &mut all {
            let (wall, used) = once(programs, starts.program).await?;
            if round > 0 {
                starts.wall.push(wall);
                starts.cpu.push(used);
            }
        }
    }
    let mut hello = None;
    for Starts { program, wall, cpu } in all {
        let (wall, cpu) = (ms(median(wall)), ms(median(cpu)));
        let (hello_wall, hello_cpu) = *hello.get_or_insert((wall, cpu));
        let (wall_ratio, cpu_ratio) = (wall / hello_wall, cpu / hello_cpu);
        let what = format!("cold start `{program}`");
        let measured = format!(
            "{wall:.2} ms ({wall_ratio:.2} times hello); CPU {cpu:.2} ms ({cpu_ratio:.2} times)"
        );
        if program == "hello" {
            table.note(&what, &format!("{wall:.2} ms; CPU {cpu:.2} ms"));
        } else {
            let verdict = Verdict::of(wall_ratio <= MOST);
            table.row(&what, &measured, "1.5 times hello", verdict);
        }
    }
    Ok(())
}

async fn once(programs: &Programs, program: &str) -> Result<(Duration, Duration), Error> {
    // Nothing is called before the first event, so nobody has to listen there.
    let function = Function::new(programs.path(program), environment("http://127.0.0.1:9"))?;
    let provisioned = function.provision().await?;
    let used = cpu::used(provisioned.process)?;
    function.kill_all().await;
    Ok((provisioned.took, used))
}
