//! What was typed. Nothing here acts.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{ArgAction, Parser, Subcommand, ValueEnum};

use crate::finding::Severity;
use crate::text::Lang;

/// 政府信息公开年报汇总：读入、核对、汇总、比较。
///
/// Rolls up the yearly open-government reports of a county's townships and departments.
#[derive(Debug, Parser)]
#[command(
    name = "huizong",
    version,
    arg_required_else_help = true,
    max_term_width = 110
)]
pub(super) struct Args {
    #[command(flatten)]
    pub common: Common,
    #[command(subcommand)]
    pub command: Command,
}

/// Options that every command understands.
#[derive(Debug, clap::Args)]
pub(super) struct Common {
    /// 表式：2019、2021 或自定义表式文件，可重复 · a form's id to force, or a file with a form of your own; repeatable
    #[arg(long, global = true, value_name = "ID|FILE")]
    pub form: Vec<PathBuf>,
    /// 并行线程数 · how many threads to use; all processors without it
    #[arg(long, short = 'j', global = true, value_name = "N")]
    pub jobs: Option<usize>,
    /// 界面与结果的语言 · language of messages and results; from the locale without it
    #[arg(long, global = true, value_enum)]
    pub lang: Option<LangName>,
    /// 设置文件 · settings file; `huizong.toml` in the first input folder or here without it
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// 读取上限，如 file-size=1G，可重复 · a limit of what is read, as in `file-size=1G`; repeatable
    #[arg(long, global = true, value_name = "NAME=VALUE")]
    pub limit: Vec<String>,
    /// 结果中不出现文件夹路径，只留输入文件夹以内的部分 · no folders in the results, only what is below the input
    #[arg(long, global = true)]
    pub redact_paths: bool,
    /// 不显示进度和说明 · no progress and no messages, only results and errors
    #[arg(long, short, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// 显示每个文件的去向 · say what became of every file
    #[arg(long, short, global = true, action = ArgAction::Count)]
    pub verbose: u8,
}

/// What is read, by every command that reads reports.
#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct Reading {
    /// 文件、文件夹、数据仓，或 - 表示标准输入 · a file, a folder, a store, or - for standard input
    #[arg(value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,
    /// 单位名录 · unit registry; `units.csv` in an input folder without it
    #[arg(long, value_name = "FILE")]
    pub units: Option<PathBuf>,
    /// 区县名称 · name of the county; from the registry or the folder without it
    #[arg(long, value_name = "NAME")]
    pub county: Option<String>,
    /// 更正表 · the analyst's overrides; `corrections.csv` in an input folder without it
    #[arg(long, value_name = "FILE")]
    pub corrections: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// 汇总 · Read, check, roll up, compare; writes workbook, page and tables
    Rollup(RollupArgs),
    /// 核对 · Read and check; findings only
    Check(CheckArgs),
    /// 导出 · Every value with its status and its place
    Export(ExportArgs),
    /// 比较 · One year with another: all units and like-for-like
    Compare(CompareArgs),
    /// 批量入库 · Bulk load into a Parquet store, incrementally; a store is an INPUT everywhere
    Ingest(IngestArgs),
    /// 数据仓合计 · Totals and comparisons of a store of any size: area × year × key, in bounded memory
    Totals(TotalsArgs),
    /// 生成 SQL · The roll-up or the comparison of a store as SQL, for engines that span machines
    Sql(SqlArgs),
    /// 空白表 · Blank workbooks to hand out, which check themselves while they are filled in
    Template(TemplateArgs),
    /// 数据字典 · The data dictionary: tables, keys, labels, rules
    Forms(FormsArgs),
    /// 生成演示数据 · Made-up reports, for trying and for benchmarks
    Synth(SynthArgs),
}

impl Command {
    /// What the command reads, where it reads reports.
    pub fn reading(&self) -> Option<&Reading> {
        match self {
            Self::Rollup(args) => Some(&args.reading),
            Self::Compare(args) => Some(&args.reading),
            Self::Check(args) => Some(&args.reading),
            Self::Export(args) => Some(&args.reading),
            Self::Ingest(args) => Some(&args.reading),
            Self::Totals(_)
            | Self::Sql(_)
            | Self::Template(_)
            | Self::Forms(_)
            | Self::Synth(_) => None,
        }
    }
}

#[derive(Debug, clap::Args)]
pub(super) struct RollupArgs {
    #[command(flatten)]
    pub reading: Reading,
    /// 写入的文件夹 · folder to write to; `output` without it
    #[arg(long, short, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// 汇总年份 · year of the workbook; the latest there is without it
    #[arg(long, value_name = "Y", conflicts_with = "every_year")]
    pub year: Option<i32>,
    /// 每个年份各出一份 · a workbook for every year
    #[arg(long)]
    pub every_year: bool,
    /// 只用这些年份 · take only these years: `2022` or `2020..2022`
    #[arg(long, value_name = "A..B")]
    pub years: Option<YearRange>,
    /// 汇总层级 · into what: kind, county, city or province
    #[arg(long, value_name = "LEVEL")]
    pub by: Option<String>,
    /// 屏幕输出格式 · how the summary is printed
    #[arg(long, value_enum, default_value_t = TextFormat::Text)]
    pub format: TextFormat,
}

#[derive(Debug, clap::Args)]
pub(super) struct CompareArgs {
    #[command(flatten)]
    pub reading: Reading,
    /// 写入的文件夹 · folder to write comparison.csv and comparison.json to
    #[arg(long, short, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// 比较的年份 · the years to compare: `2020..2022`; all there are without it
    #[arg(long, value_name = "A..B")]
    pub years: Option<YearRange>,
    /// 汇总层级 · into what: kind, county, city or province
    #[arg(long, value_name = "LEVEL")]
    pub by: Option<String>,
    /// 显示全部指标 · every key, and not only the totals
    #[arg(long)]
    pub all: bool,
    /// 输出格式 · how comparisons are written
    #[arg(long, value_enum, default_value_t = CompareFormat::Text)]
    pub format: CompareFormat,
}

#[derive(Debug, clap::Args)]
pub(super) struct CheckArgs {
    #[command(flatten)]
    pub reading: Reading,
    /// 只核对这些年份 · only these years: `2022` or `2020..2022`
    #[arg(long, value_name = "A..B")]
    pub years: Option<YearRange>,
    /// 从哪一级起以 1 退出 · exit with 1 from this severity on
    #[arg(long, value_enum, value_name = "SEVERITY")]
    pub fail_on: Option<FailOn>,
    /// 输出格式 · how findings are written
    #[arg(long, value_enum, default_value_t = CheckFormat::Text)]
    pub format: CheckFormat,
}

#[derive(Debug, clap::Args)]
pub(super) struct ExportArgs {
    #[command(flatten)]
    pub reading: Reading,
    /// 只导出这些年份 · only these years: `2022` or `2020..2022`
    #[arg(long, value_name = "A..B")]
    pub years: Option<YearRange>,
    /// 输出格式 · how values are written
    #[arg(long, value_enum, default_value_t = ExportFormat::Csv)]
    pub format: ExportFormat,
    /// 写入文件 · file to write; standard output without it
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(super) struct IngestArgs {
    #[command(flatten)]
    pub reading: Reading,
    /// 数据仓文件夹 · folder of the store; made where there is none
    #[arg(long, value_name = "DIR")]
    pub store: PathBuf,
    /// 只处理第 K 份，共 N 份 · take only share K of N, so that N machines can work side by side
    #[arg(long, value_name = "K/N")]
    pub shard: Option<String>,
    /// 删除输入中已不存在的文件的数据 · take out what is no longer among the inputs
    #[arg(long)]
    pub sync: bool,
    /// 数据仓被占用时等待 · wait while another ingest writes, instead of refusing
    #[arg(long)]
    pub wait: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct TotalsArgs {
    /// 数据仓文件夹 · folder of the store
    #[arg(value_name = "STORE")]
    pub store: PathBuf,
    /// 写入的文件夹 · folder to write totals.csv and comparison.csv to
    #[arg(long, short, value_name = "DIR")]
    pub output: PathBuf,
    /// 只用这些年份 · only these years: `2022` or `2020..2022`
    #[arg(long, value_name = "A..B")]
    pub years: Option<YearRange>,
    /// 另写各状态的份数 · also write how many reports have a key in which status
    #[arg(long)]
    pub statuses: bool,
    /// 只写合计，不做比较 · totals only, no comparison
    #[arg(long)]
    pub no_comparison: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct SqlArgs {
    /// 语句 · what is computed
    #[arg(value_enum)]
    pub what: SqlWhat,
    /// 数据仓文件夹 · folder of the store
    #[arg(long, value_name = "DIR")]
    pub store: PathBuf,
    /// 方言 · for which engine
    #[arg(long, value_enum, default_value_t = SqlDialect::Duckdb)]
    pub dialect: SqlDialect,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum SqlWhat {
    Rollup,
    Compare,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum SqlDialect {
    Duckdb,
    Spark,
}

#[derive(Debug, clap::Args)]
pub(super) struct TemplateArgs {
    /// 写入的文件夹 · folder to write to
    #[arg(long, short, value_name = "DIR")]
    pub output: PathBuf,
    /// 填报年份 · the year reported on; the past year without it
    #[arg(long, value_name = "Y")]
    pub year: Option<i32>,
    /// 单位名录 · unit registry; the one among the earlier reports without it
    #[arg(long, value_name = "FILE")]
    pub units: Option<PathBuf>,
    /// 上年年报：预填上年结转 · reports of earlier years, from which what is carried over is filled in; repeatable
    #[arg(long, value_name = "INPUT")]
    pub previous: Vec<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(super) struct FormsArgs {
    /// 表式、表、行或指标 · a form, or a key or the beginning of one: `2021`, `requests.denied`
    #[arg(value_name = "KEY")]
    pub key: Option<String>,
    /// 两版表式的对应关系 · what can be compared between the forms
    #[arg(long, conflicts_with = "json_schema")]
    pub crosswalk: bool,
    /// JSON 年报的模式 · the JSON Schema of a report as JSON
    #[arg(long)]
    pub json_schema: bool,
    /// 输出格式 · how the answer is written
    #[arg(long, value_enum, default_value_t = TextFormat::Text)]
    pub format: TextFormat,
}

#[derive(Debug, clap::Args)]
pub(super) struct SynthArgs {
    /// 写入的文件夹 · folder to write to
    #[arg(long, short, value_name = "DIR")]
    pub output: PathBuf,
    /// 区县数 · how many counties
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub counties: usize,
    /// 每个区县的单位数 · how many units in each
    #[arg(long, default_value_t = 12, value_name = "N")]
    pub units: usize,
    /// 年份 · the years: `2022` or `2020..2022`
    #[arg(long, default_value = "2020..2022", value_name = "A..B")]
    pub years: YearRange,
    /// 重做 data/demo · make data/demo again instead, but for its converted files
    #[arg(long, conflicts_with_all = ["counties", "units", "years", "seed", "mistakes", "formats"])]
    pub demo: bool,
    /// 随机种子 · the same seed gives the same reports
    #[arg(long, default_value_t = 1, value_name = "S")]
    pub seed: u64,
    /// 每千份有错的份数 · how many reports in a thousand get a planted mistake
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub mistakes: u32,
    /// 文件格式，逗号分隔 · formats, separated by commas; they take turns
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "xlsx",
        value_name = "LIST"
    )]
    pub formats: Vec<String>,
    /// 直接写入数据仓 · make a store in the output folder instead of files
    #[arg(long, conflicts_with = "formats")]
    pub store: bool,
}

/// `zh` or `en`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum LangName {
    /// 中文
    Zh,
    /// English
    En,
}

impl From<LangName> for Lang {
    fn from(name: LangName) -> Self {
        match name {
            LangName::Zh => Self::Zh,
            LangName::En => Self::En,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum FailOn {
    Error,
    Warning,
}

impl From<FailOn> for Severity {
    fn from(name: FailOn) -> Self {
        match name {
            FailOn::Error => Self::Error,
            FailOn::Warning => Self::Warning,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum TextFormat {
    Text,
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum CheckFormat {
    Text,
    Json,
    Csv,
    Sarif,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum CompareFormat {
    Text,
    Json,
    Csv,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ExportFormat {
    Csv,
    Json,
    Parquet,
}

/// A year, or a first and a last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct YearRange {
    pub from: i32,
    pub to: i32,
}

impl YearRange {
    /// Whether a year lies in the range.
    pub fn contains(self, year: i32) -> bool {
        (self.from..=self.to).contains(&year)
    }
}

impl FromStr for YearRange {
    type Err = String;

    fn from_str(typed: &str) -> Result<Self, String> {
        let year = |part: &str| match part.trim().parse() {
            Ok(year @ 1900..=2999) => Ok(year),
            _ => Err(format!("`{part}` is no year; write 2022 or 2020..2022")),
        };
        let (from, to) = match typed.split_once("..").or_else(|| typed.split_once('-')) {
            Some((from, to)) => (year(from)?, year(to.trim_start_matches('='))?),
            None => (year(typed)?, year(typed)?),
        };
        if from > to {
            return Err(format!("{from} is after {to}"));
        }
        Ok(Self { from, to })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_fit_together() {
        use clap::CommandFactory;
        Args::command().debug_assert();
    }

    #[test]
    fn years_are_one_or_a_range() {
        let range = |typed: &str| typed.parse::<YearRange>();
        assert_eq!(
            range("2022").unwrap(),
            YearRange {
                from: 2022,
                to: 2022
            }
        );
        assert_eq!(
            range("2020..2022").unwrap(),
            YearRange {
                from: 2020,
                to: 2022
            }
        );
        assert_eq!(
            range("2020-2022").unwrap(),
            YearRange {
                from: 2020,
                to: 2022
            }
        );
        assert!(range("2022..2020").is_err());
        assert!(range("last").is_err());
        assert!(range("20..22").is_err());
    }
}
