//! Why nothing was done. Variants hold facts; one place makes the sentence.

use std::io;
use std::path::{Path, PathBuf};

use crate::files::{LimitError, Limits};
use crate::form::FormError;
use crate::frame::store::StoreError;
use crate::text::Text;
use crate::units::UnitsError;

/// Why a command did not do what it was asked to.
#[derive(Debug)]
pub(super) enum Failure {
    /// Nothing was named to be read.
    NoInput,
    /// The inputs hold nothing that could be used; one line per file says why.
    NothingUsable {
        /// How many files were looked at.
        files: usize,
        /// How many of them could not be read.
        unreadable: usize,
        /// What was given.
        inputs: Vec<PathBuf>,
    },
    /// Reports there are, but none for the years asked for.
    NoSuchYear {
        /// What was asked for.
        asked: String,
        /// The years there are.
        there: Vec<i32>,
    },
    /// Reports there are, but none of them has a year.
    NoYear,
    /// There is nothing to compare with.
    OneYear {
        /// The years there are.
        there: Vec<i32>,
    },
    /// A file that was named cannot be read.
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        cause: String,
    },
    /// A settings file says something that is not understood.
    Settings {
        /// The file.
        file: PathBuf,
        /// What.
        problem: Text,
    },
    /// A form was refused.
    Form(FormError),
    /// A form that does not exist.
    NoSuchForm {
        /// What was asked for.
        asked: String,
        /// The ids there are.
        there: Vec<String>,
    },
    /// It is not known for whom templates are wanted.
    NoUnits,
    /// A key that does not exist.
    NoSuchKey {
        /// What was asked for.
        asked: String,
        /// Keys that look like it.
        near: Vec<String>,
    },
    /// The registry was refused.
    Units(UnitsError),
    /// An option's value that is not understood.
    Value {
        /// The option.
        option: &'static str,
        /// What was given.
        given: String,
        /// What is possible.
        possible: String,
    },
    /// A limit that does not exist, or a value it cannot have.
    Limit(LimitError),
    /// A store cannot be read or written.
    Store(StoreError),
    /// Results cannot be written.
    Output {
        /// Where to.
        path: PathBuf,
        /// What the system says.
        cause: String,
    },
    /// Standard output cannot be written.
    Stdout(io::Error),
    /// A stage below could not do its part.
    Stage(Text),
}

impl Failure {
    /// A named file that cannot be read.
    pub fn file(path: &Path, error: &io::Error) -> Self {
        Self::File {
            path: path.to_path_buf(),
            cause: error.to_string(),
        }
    }

    /// A result that cannot be written.
    pub fn output(path: &Path, error: &io::Error) -> Self {
        Self::Output {
            path: path.to_path_buf(),
            cause: error.to_string(),
        }
    }

    /// Whether whoever read standard output has stopped reading, which is no failure.
    pub fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Stdout(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }

    /// The sentence: the place, the thing, the next step.
    pub fn text(&self) -> Text {
        match self {
            Self::NoInput => Text::new(
                "没有指定输入；请给出文件或文件夹，例如：huizong rollup 年报文件夹 -o output",
                "no input given; name files or folders, as in: huizong rollup FOLDER -o output",
            ),
            Self::NothingUsable {
                files,
                unreadable,
                inputs,
            } => nothing_usable(*files, *unreadable, inputs),
            Self::NoYear => Text::new(
                "年报都没有年份，无法汇总；请在标题或文件名里写明年份",
                "no report has a year, so there is nothing to roll up; write it in titles or file names",
            ),
            Self::OneYear { there } => {
                let list = listed(there);
                Text::new(
                    format!("只有一个年份（{}），无从比较", list.join("、")),
                    format!(
                        "there is but one year ({}) and nothing to compare it with",
                        list.join(", ")
                    ),
                )
            }
            Self::Limit(error) => limit(error),
            Self::Store(error) => Text::same(error.to_string()),
            Self::NoSuchYear { asked, there } => {
                let list = listed(there);
                Text::new(
                    format!("没有 {asked} 年的年报；现有年份：{}", list.join("、")),
                    format!(
                        "there is no report for {asked}; the years are {}",
                        list.join(", ")
                    ),
                )
            }
            Self::File { path, cause } => Text::new(
                format!("{}：无法读取（{cause}）", path.display()),
                format!("{}: cannot be read ({cause})", path.display()),
            ),
            Self::Settings { file, problem } => Text::new(
                format!("{}：{}", file.display(), problem.zh),
                format!("{}: {}", file.display(), problem.en),
            ),
            Self::Form(error) => Text::new(
                format!("表式有误：{error}"),
                format!("this form cannot be used: {error}"),
            ),
            Self::NoSuchForm { asked, there } => Text::new(
                format!(
                    "没有表式“{asked}”，也没有这个文件；可用：{}",
                    there.join("、")
                ),
                format!(
                    "there is no form \"{asked}\" and no such file; the forms are {}",
                    there.join(", ")
                ),
            ),
            Self::NoUnits => Text::new(
                "不知道为哪些单位出空白表；请用 --units 给出单位名录，或用 --previous 给出上年年报",
                "for which units? name a registry with --units, or last year's reports with --previous",
            ),
            Self::NoSuchKey { asked, near } => no_such_key(asked, near),
            Self::Units(error) => error.message(),
            Self::Value {
                option,
                given,
                possible,
            } => Text::new(
                format!("{option}：不认识“{given}”；可用：{possible}"),
                format!("{option}: \"{given}\" is not understood; possible: {possible}"),
            ),
            Self::Output { path, cause } => Text::new(
                format!(
                    "{}：无法写入（{cause}），原有结果未动；若它正在 Excel 或 WPS 中打开，请先关闭，否则请换一个 -o",
                    path.display()
                ),
                format!(
                    "{}: cannot be written ({cause}), earlier results are untouched; close it if it is open in Excel or WPS, else choose another -o",
                    path.display()
                ),
            ),
            Self::Stdout(error) => Text::new(
                format!("无法写到标准输出：{error}"),
                format!("standard output cannot be written: {error}"),
            ),
            Self::Stage(text) => text.clone(),
        }
    }
}

fn listed(years: &[i32]) -> Vec<String> {
    let mut years = years.to_vec();
    years.sort_unstable();
    years.dedup();
    years.iter().map(i32::to_string).collect()
}

fn nothing_usable(files: usize, unreadable: usize, inputs: &[PathBuf]) -> Text {
    let names: Vec<String> = inputs.iter().map(|i| i.display().to_string()).collect();
    let (zh, en) = (names.join("、"), names.join(", "));
    match (files, unreadable) {
        (0, _) => Text::new(
            format!("{zh}：没有任何文件；请把各单位的年报放进去再运行"),
            format!("{en}: there are no files; put the units' reports there and run again"),
        ),
        (files, bad) if files == bad => Text::new(
            format!("{zh}：{files} 个文件都无法读取"),
            format!("{en}: not one of {files} files could be read"),
        ),
        _ => Text::new(
            format!("{zh}：{files} 个文件中没有一份年报（其中 {unreadable} 个无法读取）"),
            format!("{en}: no report among {files} files, {unreadable} of which could not be read"),
        ),
    }
}

fn limit(error: &LimitError) -> Text {
    match error {
        LimitError::Name(name) => {
            let names: Vec<&str> = (Limits::entries().iter())
                .map(|e| e.name.as_str())
                .collect();
            Text::new(
                format!("没有读取上限“{name}”；可用：{}", names.join("、")),
                format!(
                    "there is no limit \"{name}\"; the limits are {}",
                    names.join(", ")
                ),
            )
        }
        LimitError::Value { limit, given } => {
            let (name, entry) = (limit.as_str(), limit.entry());
            let (most, like) = (entry.most, entry.value);
            Text::new(
                format!(
                    "读取上限 {name} 不能是“{given}”；应为 1 到 {most} 的整数，如 {name}={like}"
                ),
                format!(
                    "the limit {name} cannot be \"{given}\": it is a whole number from 1 to {most}, as in {name}={like}"
                ),
            )
        }
    }
}

fn no_such_key(asked: &str, near: &[String]) -> Text {
    if near.is_empty() {
        return Text::new(
            format!("没有指标“{asked}”；用 huizong forms 查看全部"),
            format!("there is no key \"{asked}\"; see them all with: huizong forms"),
        );
    }
    Text::new(
        format!("没有指标“{asked}”；是否指 {}？", near.join("、")),
        format!(
            "there is no key \"{asked}\"; did you mean {}?",
            near.join(", ")
        ),
    )
}

impl From<FormError> for Failure {
    fn from(error: FormError) -> Self {
        Self::Form(error)
    }
}

impl From<UnitsError> for Failure {
    fn from(error: UnitsError) -> Self {
        Self::Units(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
