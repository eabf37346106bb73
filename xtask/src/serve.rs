//! Serves dist/ as a plain static host would: right media types, revalidation, no fallback page.

use std::{net::TcpListener, thread};

use anyhow::{Context, Result, ensure};
use axum::{
    Router,
    http::{HeaderValue, header::CACHE_CONTROL},
};
use clap::Args;
use tower_http::{services::ServeDir, set_header::SetResponseHeader};
use xshell::Shell;

use crate::build;

#[derive(Args)]
pub struct Options {
    /// The port of this machine to listen on
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Serve dist/ as it is
    #[arg(long)]
    no_build: bool,
}

/// Builds the page, unless told not to, and serves it until interrupted: from when its first module is there, while the others,
/// which take as long again, are built.
pub fn run(sh: &Shell, options: &Options) -> Result<()> {
    // Before the build: a busy port should not cost a build to find out.
    let listener = listen(options.port)?;
    if !options.no_build {
        build::first(sh)?;
    }
    let site = Router::new().fallback_service(files(sh)?);
    println!("serving dist/ on http://localhost:{} (stop with Ctrl-C)", options.port);
    let serving = thread::spawn(move || serve(listener, site));
    if !options.no_build {
        match build::later(sh) {
            Ok(()) => println!("reload the page, and it can draw on WebGPU, too"),
            Err(error) => eprintln!("the page goes on without its other modules, so that the CPU draws: {error:#}"),
        }
    }
    serving.join().expect("serving does not panic")
}

/// Serves dist/ on a free port for as long as this process lives; returns the address.
///
/// The site lies under a path, as it does on GitHub Pages: what is tested works there too.
pub fn in_background(sh: &Shell) -> Result<String> {
    let listener = listen(0)?;
    let url = format!("http://localhost:{}/pushforward/", listener.local_addr()?.port());
    let site = Router::new().nest_service("/pushforward", files(sh)?);
    thread::spawn(move || serve(listener, site));
    Ok(url)
}

fn listen(port: u16) -> Result<TcpListener> {
    TcpListener::bind(("127.0.0.1", port))
        .with_context(|| format!("port {port} of this machine is not free: choose another with --port"))
}

fn files(sh: &Shell) -> Result<SetResponseHeader<ServeDir, HeaderValue>> {
    let dist = sh.current_dir().join("dist");
    ensure!(dist.join("index.html").is_file(), "dist/ holds no page yet: run `cargo xtask build`");
    // The browser keeps files but asks each time whether they are still current, so a new build is seen at once.
    let revalidate = HeaderValue::from_static("no-cache");
    Ok(SetResponseHeader::overriding(ServeDir::new(dist), CACHE_CONTROL, revalidate))
}

fn serve(listener: TcpListener, site: Router) -> Result<()> {
    listener.set_nonblocking(true)?;
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        axum::serve(listener, site).await.context("the server stopped")
    })
}
