//! What a month costs, service by service.

use std::time::Duration;

use shared::platforms::End;

use super::counts::{Counts, LINE_BYTES, METRICS, REDELIVERY_READS, looks};
use super::prices;

/// What a month brings.
#[derive(Debug, Clone, Copy)]
pub struct Traffic {
    /// Messages, each way counted: a question and its answer are two.
    pub messages: u32,
    /// Where people write.
    pub channel: End,
    /// Who answers.
    pub agent: End,
    /// How long the agent takes to answer; a synchronous channel waits for it.
    pub agent_takes: Duration,
    /// How long the other side takes to accept a message.
    pub call_takes: Duration,
    /// Connections that the messages are spread over, agents too.
    pub connections: u32,
    /// Whether the functions run on `x86_64`, not arm64.
    pub x86_64: bool,
    /// Whether there is a dashboard.
    pub dashboard: bool,
    /// Whether a key of one's own encrypts.
    pub own_key: bool,
}

/// One line of the bill.
#[derive(Debug, Clone, PartialEq)]
pub struct Cost {
    /// The service, as AWS's bill calls it.
    pub service: &'static str,
    /// What of it.
    pub what: &'static str,
    /// How much of it, for a person to read.
    pub amount: String,
    /// Dollars.
    pub dollars: f64,
    /// Whether it does not grow with the messages.
    pub standing: bool,
}

/// What a month costs.
#[derive(Debug, Clone, PartialEq)]
pub struct Bill(pub Vec<Cost>);

// What is assumed, because only a deployment could measure it. `switchboard costs` prints these too.

/// What is assumed, in words.
pub const ASSUMED: &str = "Assumed, not measured: 10 ms of an invocation for its own work and its calls to DynamoDB; 850 bytes of lines \
     that Lambda and the API write for each; one process started in 100 requests; 10 messages a conversation, each kept 90 days; a log \
     of 30 days, compressed to 15 %; with a key of your own, 150,000 uses of it.";

/// Of an invocation, beside its call to the other side: two calls to DynamoDB, and the program at its share of a CPU.
const OWN_WORK: Duration = Duration::from_millis(10);
/// What a synchronous channel waits for another bubble, `settle_ms`.
const SETTLE: Duration = Duration::from_millis(400);
/// Bytes of Lambda's two lines about an invocation and of the API's one.
const THEIR_LINES: u32 = 850;
/// Requests for which one process is started, which fetches the secret.
const REQUESTS_A_PROCESS: f64 = 100.0;
/// Messages of a conversation.
const MESSAGES_A_CONVERSATION: f64 = 10.0;
/// Months that a conversation is kept after its last message.
const MONTHS_KEPT: f64 = 3.0;
/// GB of a conversation's item, and of a connection's.
const ITEM_GB: f64 = 0.000_001;
/// How much is left of a log when it is compressed.
const COMPRESSED: f64 = 0.15;
/// Bytes that the secrets of a connection take in the object that holds them, names and quotation marks included.
const SECRETS_OF_A_CONNECTION: u32 = 250;
/// Bytes of one secret of Secrets Manager.
const SECRET_BYTES: u32 = 65_536;
/// Uses of a key, in a month.
const KEY_USES: f64 = 150_000.0;
/// Seconds in a month of 30 days.
const MONTH: f64 = 2_592_000.0;
/// Seconds over which the stream gathers what was written, `RedeliverWindow`.
const WINDOW: f64 = 20.0;
/// How long a process knows a connection, in seconds.
const CONNECTION_KNOWN: f64 = 60.0;
/// GB of memory: of the function whose invocations wait, and of the others.
const MEMORY: (f64, f64) = (0.125, 0.25);
/// Alarms of the template, without those of a gradual deployment.
const ALARMS: u32 = 7;

const MILLION: f64 = 1_000_000.0;
const GB: f64 = 1_000_000_000.0;

impl Bill {
    /// Of a month with that traffic.
    pub fn of(traffic: &Traffic) -> Self {
        let counts = Counts::of(traffic.channel, traffic.agent);
        let exchanges = f64::from(traffic.messages) / 2.0;
        let each = |count: u32| exchanges * f64::from(count);
        let requests = each(counts.requests);
        let waits = traffic.channel.capabilities().deadline.is_some();
        let waiting = traffic.agent_takes + SETTLE;

        // Each write that accepts a message shows on the stream, and is gathered with others.
        let batches = f64::from(traffic.messages).min(MONTH / WINDOW);
        let looked_at = f64::from(traffic.messages) * f64::from(REDELIVERY_READS);
        let looks = each(if waits { looks(waiting) } else { 0 });
        let reads = each(counts.reads) + looks + looked_at + connection_reads(traffic, exchanges);

        let seconds = |duration: Duration| duration.as_secs_f64();
        let own = seconds(OWN_WORK);
        let call = seconds(traffic.call_takes);
        let small = f64::from(counts.requests - 2) * own * MEMORY.1;
        let exchange = if waits {
            // The answer is only kept; who waits gives it.
            (seconds(waiting) + call + own) * MEMORY.0 + own * MEMORY.1 + small
        } else {
            2.0 * (call + own) * MEMORY.1 + small
        };
        let gb_seconds = exchanges * exchange + (batches + looked_at / 16.0) * own * MEMORY.1;
        let gb_second = if traffic.x86_64 {
            prices::GB_SECOND_X86_64
        } else {
            prices::GB_SECOND_ARM64
        };

        let lines = each(counts.lines) * f64::from(LINE_BYTES);
        let logged = (lines + (requests + batches) * f64::from(THEIR_LINES)) / GB;
        let conversations = f64::from(traffic.messages) / MESSAGES_A_CONVERSATION * MONTHS_KEPT;
        let table = (conversations + f64::from(traffic.connections)) * ITEM_GB;
        let secrets = f64::from(
            traffic
                .connections
                .saturating_mul(SECRETS_OF_A_CONNECTION)
                .div_ceil(SECRET_BYTES)
                .max(1),
        );
        let fetches = requests / REQUESTS_A_PROCESS;

        let mut bill = Self(Vec::new());
        bill.per_million("API Gateway", "requests", requests, prices::API_REQUESTS);
        bill.per_million(
            "Lambda",
            "invocations",
            requests + batches,
            prices::INVOCATIONS,
        );
        bill.add(
            "Lambda",
            "time",
            format!("{gb_seconds:.0} GB-seconds"),
            gb_seconds * gb_second,
        );
        bill.per_million(
            "DynamoDB",
            "writes",
            each(counts.write_units),
            prices::WRITE_UNITS,
        );
        bill.per_million("DynamoDB", "reads", reads, prices::READ_UNITS);
        bill.gb("DynamoDB", "storage", table, prices::TABLE_GB);
        bill.gb(
            "DynamoDB",
            "point-in-time recovery",
            table,
            prices::RECOVERY_GB,
        );
        bill.add("DynamoDB", "the stream, read by Lambda", String::new(), 0.0);
        bill.gb("CloudWatch", "logs", logged, prices::LOG_GB);
        bill.gb(
            "CloudWatch",
            "logs, kept",
            logged * COMPRESSED,
            prices::LOG_KEPT_GB,
        );
        bill.per_million(
            "Secrets Manager",
            "fetches",
            fetches,
            prices::SECRET_FETCHES,
        );
        if traffic.messages > 0 {
            bill.standing("CloudWatch", "metrics", f64::from(METRICS), prices::METRIC);
        }
        bill.standing("CloudWatch", "alarms", f64::from(ALARMS), prices::ALARM);
        if traffic.dashboard {
            bill.standing("CloudWatch", "dashboard", 1.0, prices::DASHBOARD);
        }
        bill.standing("Secrets Manager", "secrets", secrets, prices::SECRET);
        if traffic.own_key {
            bill.standing("KMS", "key", 1.0, prices::KEY);
            bill.per_million("KMS", "uses", KEY_USES, prices::KEY_USES);
        }
        bill
    }

    /// Dollars in all.
    pub fn total(&self) -> f64 {
        self.0.iter().map(|cost| cost.dollars).sum()
    }

    /// Dollars of what does not grow with the messages.
    pub fn standing_total(&self) -> f64 {
        let standing = self.0.iter().filter(|cost| cost.standing);
        standing.map(|cost| cost.dollars).sum()
    }

    fn add(&mut self, service: &'static str, what: &'static str, amount: String, dollars: f64) {
        self.0.push(Cost {
            service,
            what,
            amount,
            dollars,
            standing: false,
        });
    }

    fn per_million(&mut self, service: &'static str, what: &'static str, count: f64, price: f64) {
        let amount = format!("{:.3} million", count / MILLION);
        self.add(service, what, amount, count / MILLION * price);
    }

    fn gb(&mut self, service: &'static str, what: &'static str, gb: f64, price: f64) {
        self.add(service, what, format!("{gb:.3} GB"), gb * price);
    }

    fn standing(&mut self, service: &'static str, what: &'static str, count: f64, price: f64) {
        self.0.push(Cost {
            service,
            what,
            amount: format!("{count:.0}"),
            dollars: count * price,
            standing: true,
        });
    }
}

/// Units for reading connections: both ends of a message, whenever the process does not know them any more. Half a unit each, as a
/// read that may be a second old. The fewer messages a connection has, the more often that is.
fn connection_reads(traffic: &Traffic, exchanges: f64) -> f64 {
    let pairs = f64::from(traffic.connections.max(2)) / 2.0;
    let known_for = exchanges / pairs / MONTH * CONNECTION_KNOWN;
    // Two ends and two directions, by processes of their own.
    exchanges * 4.0 * 0.5 / (1.0 + known_for)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::costs::page::million;

    const ROUNDING: f64 = 0.005;

    fn dollars(bill: &Bill, service: &str, what: &str) -> f64 {
        let found = bill
            .0
            .iter()
            .find(|cost| (cost.service, cost.what) == (service, what));
        found.unwrap().dollars
    }

    /// By hand, from the counts and the list.
    #[test]
    fn a_million_messages() {
        let bill = Bill::of(&million(End::TelegramChannel));
        for (service, what, expected) in [
            // Two webhooks an exchange, and the echo.
            ("API Gateway", "requests", 1.5 * 1.00),
            // The same, and redelivery each twenty seconds.
            ("Lambda", "invocations", (1.5 + 0.1296) * 0.20),
            // Six units an exchange.
            ("DynamoDB", "writes", 3.0 * 0.625),
            // Once a message by redelivery; connections are read some 43,200 times by each function.
            ("DynamoDB", "reads", (1.0 + 0.08) * 0.125),
            ("CloudWatch", "alarms", 0.70),
            ("CloudWatch", "dashboard", 3.00),
            ("Secrets Manager", "secrets", 0.40),
        ] {
            let found = dollars(&bill, service, what);
            assert!((found - expected).abs() < ROUNDING, "{what}: {found}");
        }
        let sum: f64 = bill.0.iter().map(|cost| cost.dollars).sum();
        assert!((bill.total() - sum).abs() < f64::EPSILON * sum * 100.0);
    }

    #[test]
    fn waiting_is_what_a_synchronous_channel_costs() {
        let told = Bill::of(&million(End::TelegramChannel));
        let asks = Bill::of(&million(End::WebimV1Channel));
        assert!(dollars(&asks, "Lambda", "time") > 5.0 * dollars(&told, "Lambda", "time"));
        assert!(dollars(&asks, "DynamoDB", "reads") > dollars(&told, "DynamoDB", "reads"));
        let longer = Traffic {
            agent_takes: Duration::from_secs(4),
            ..million(End::WebimV1Channel)
        };
        let more = Bill::of(&longer).total() - asks.total();
        // Two seconds of 128 MB, half a million times, and the looks.
        assert!(more > 1.6 && more < 2.8, "{more}");
    }

    #[test]
    fn nothing_is_asked_of_a_month_without_messages_but_what_stands() {
        let idle = Traffic {
            messages: 0,
            ..million(End::TelegramChannel)
        };
        let bill = Bill::of(&idle);
        assert!(bill.total() - bill.standing_total() < 0.001);
        assert!((bill.standing_total() - 4.10).abs() < ROUNDING);
    }

    #[test]
    fn many_customers_cost_their_secrets_and_the_reads_of_their_connections() {
        let many = Traffic {
            connections: 10_000,
            ..million(End::TelegramChannel)
        };
        let (few, many) = (Bill::of(&million(End::TelegramChannel)), Bill::of(&many));
        // 10,000 times 250 bytes in objects of 64 KB.
        assert!((dollars(&many, "Secrets Manager", "secrets") - 39.0 * 0.40).abs() < ROUNDING);
        let reads = dollars(&many, "DynamoDB", "reads") - dollars(&few, "DynamoDB", "reads");
        assert!(reads > 0.1 && reads < 0.2, "{reads}");
    }

    /// What a parameter's description says that something costs is what it costs here.
    #[test]
    fn the_template_says_the_same_prices() {
        let template = include_str!("../../../template.yaml");
        let words = template.split_whitespace().collect::<Vec<_>>().join(" ");
        let said = |what: String| assert!(words.contains(&what), "template.yaml lacks: {what}");
        let arm64 = million(End::TelegramChannel);
        let x86_64 = Traffic {
            x86_64: true,
            ..arm64
        };
        let time = |traffic| dollars(&Bill::of(&traffic), "Lambda", "time");
        let (arm64_time, x86_64_time) = (time(arm64), time(x86_64));
        said(format!(
            "about {arm64_time:.2} dollars per million messages against {x86_64_time:.2}."
        ));
        let logs = dollars(&Bill::of(&arm64), "CloudWatch", "logs");
        said(format!("about {logs:.2} dollars per million messages."));
        let recovery = 100_000.0 * ITEM_GB * prices::RECOVERY_GB;
        said(format!("so 100,000 of them are {recovery:.2} dollars."));
        // A request and its invocation with a line of its own, and nothing of the table.
        let bytes = f64::from(LINE_BYTES) + f64::from(THEIR_LINES);
        let refused = (prices::API_REQUESTS + prices::INVOCATIONS) / MILLION
            + OWN_WORK.as_secs_f64() * MEMORY.1 * prices::GB_SECOND_ARM64
            + bytes / GB * prices::LOG_GB;
        let flood = 100.0 * 3_600.0 * refused;
        said(format!(
            "refused for a wrong secret, are about {flood:.1}0 dollars."
        ));
        let operations = include_str!("../../../docs/operations.md");
        let each = format!(
            "a refused request is about {:.1}0 dollars",
            refused * MILLION
        );
        assert!(
            operations.contains(&each),
            "docs/operations.md lacks: {each}"
        );
        let gradual = 6.0 * prices::ALARM;
        said(format!("six alarms: {gradual:.2} dollars a month."));
        let alarms = f64::from(ALARMS) * prices::ALARM;
        said(format!("themselves are {alarms:.2} dollars a month"));
        said(format!(
            "secret costs {:.2} dollars a month",
            prices::SECRET
        ));
    }

    #[test]
    fn the_template_is_as_it_is_assumed_here() {
        let template = include_str!("../../../template.yaml");
        let count = |line: &str| {
            template
                .lines()
                .filter(|found| found.trim() == line)
                .count()
        };
        assert_eq!(count("MemorySize: 128"), 1);
        assert_eq!(count("MemorySize: 256"), 5);
        let alarms = count("Type: AWS::CloudWatch::Alarm") - 6;
        assert_eq!(u32::try_from(alarms).unwrap(), ALARMS);
        let window = template.split("  RedeliverWindow:\n").nth(1).unwrap();
        assert!(window.starts_with(&format!("    Type: Number\n    Default: {WINDOW:.0}\n")));
    }
}
