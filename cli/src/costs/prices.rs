//! AWS's list prices: us-east-1, dollars, without free tiers and volume discounts. Other regions ask up to half more.

/// The list that they are of.
pub const AS_OF: &str = "2025";

/// A million requests to an HTTP API, up to 512 KB each. <https://aws.amazon.com/api-gateway/pricing/>
pub const API_REQUESTS: f64 = 1.00;
/// A million invocations. <https://aws.amazon.com/lambda/pricing/>
pub const INVOCATIONS: f64 = 0.20;
/// A GB-second on arm64.
pub const GB_SECOND_ARM64: f64 = 0.000_013_333_4;
/// A GB-second on `x86_64`.
pub const GB_SECOND_X86_64: f64 = 0.000_016_666_7;
/// A million write units of a table on demand. <https://aws.amazon.com/dynamodb/pricing/on-demand/>
pub const WRITE_UNITS: f64 = 0.625;
/// A million read units.
pub const READ_UNITS: f64 = 0.125;
/// A GB of table for a month.
pub const TABLE_GB: f64 = 0.25;
/// The same for its point-in-time recovery.
pub const RECOVERY_GB: f64 = 0.20;
/// A GB of log that comes in. <https://aws.amazon.com/cloudwatch/pricing/>
pub const LOG_GB: f64 = 0.50;
/// A GB of log, compressed, that is kept for a month.
pub const LOG_KEPT_GB: f64 = 0.03;
/// A metric for a month.
pub const METRIC: f64 = 0.30;
/// An alarm on one metric for a month.
pub const ALARM: f64 = 0.10;
/// A dashboard for a month.
pub const DASHBOARD: f64 = 3.00;
/// A secret for a month. <https://aws.amazon.com/secrets-manager/pricing/>
pub const SECRET: f64 = 0.40;
/// A million fetches of a secret.
pub const SECRET_FETCHES: f64 = 5.00;
/// A key of one's own for a month. <https://aws.amazon.com/kms/pricing/>
pub const KEY: f64 = 1.00;
/// A million uses of it.
pub const KEY_USES: f64 = 3.00;
