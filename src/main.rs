//! The program.

/// Reports are many small texts, made on all threads at once and let go together.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    huizong::cli::main()
}
