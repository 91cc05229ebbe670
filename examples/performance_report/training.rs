//! Steps of the study's MNIST pair beside the same networks in PyTorch.
//!
//! One step is one update of the discriminator and one of the generator on 64 pictures of 28 x 28. Both sides share the
//! generator's pass between the updates where the loss lets them, and PyTorch has its fused Adam, the faster of its forms.

use crate::tasks::Task;
use gavel::error::{Error, Result};

/// Steps of a round.
const STEPS: usize = 10;

const PEER: &str = r#"
import torch
from torch import nn
from torch.nn import functional as F
torch.set_num_threads(THREADS)
torch.manual_seed(0)
n, penalised = 64, "LOSS" == "wgan_gp"
def norm(kind, width):
    return kind(width, eps=1e-3, momentum=1e-3)
def lrelu():
    return nn.LeakyReLU(0.2)
def judge_norm(kind, width):
    return [] if penalised else [norm(kind, width)]
G = nn.Sequential(
    nn.Linear(64, 1024), norm(nn.BatchNorm1d, 1024), lrelu(),
    nn.Linear(1024, 6272), norm(nn.BatchNorm1d, 6272), lrelu(),
    nn.Unflatten(1, (128, 7, 7)),
    nn.ConvTranspose2d(128, 64, 4, 2, 1), norm(nn.BatchNorm2d, 64), lrelu(),
    nn.ConvTranspose2d(64, 1, 4, 2, 1), nn.Sigmoid())
D = nn.Sequential(
    nn.Conv2d(1, 64, 4, 2, 1), lrelu(),
    nn.Conv2d(64, 128, 4, 2, 1), *judge_norm(nn.BatchNorm2d, 128), lrelu(), nn.Flatten(),
    nn.Linear(6272, 1024), *judge_norm(nn.BatchNorm1d, 1024), lrelu(),
    nn.Linear(1024, 1))
adams = [torch.optim.Adam(net.parameters(), lr=1e-4, betas=(0.5, 0.999), fused=True) for net in (G, D)]
real = torch.arange(n * 784).reshape(n, 1, 28, 28)
real = ((real * 7 + real // 784) % 13).float() / 12
def step():
    fake = G(torch.rand(n, 64) * 2 - 1)
    of_real, of_fake = D(real), D(fake.detach())
    if penalised:
        share = torch.rand(n, 1, 1, 1)
        between = (real + share * (fake.detach() - real)).requires_grad_()
        slope, = torch.autograd.grad(D(between).sum(), between, create_graph=True)
        length = (slope.flatten(1).square().sum(1) + 1e-4).sqrt()
        loss = of_fake.mean() - of_real.mean() + 10 * (length - 1).square().mean()
    else:
        loss = F.softplus(-of_real).mean() + F.softplus(of_fake).mean()
    adams[1].zero_grad()
    loss.backward()
    adams[1].step()
    for weight in D.parameters():
        weight.requires_grad_(False)
    if penalised:
        wanted = -D(G(torch.rand(n, 64) * 2 - 1)).mean()
    else:
        wanted = F.softplus(-D(fake)).mean()
    adams[0].zero_grad()
    wanted.backward()
    adams[0].step()
    for weight in D.parameters():
        weight.requires_grad_(True)
    return loss.item()
name = "PyTorch " + torch.__version__.split("+")[0]
step()
def run():
    for _ in range(STEPS):
        last = step()
    return last
"#;

/// The comparisons; none where training is not in this build.
#[cfg(not(feature = "training"))]
pub fn all() -> Result<Vec<Task<'static>>> {
    eprintln!("SKIPPED: training steps: give --features training");
    Ok(Vec::new())
}

/// The comparisons.
#[cfg(feature = "training")]
pub fn all() -> Result<Vec<Task<'static>>> {
    let cases = [1, 2]
        .into_iter()
        .flat_map(|threads| ["non_saturating", "wgan_gp"].map(|loss| (threads, loss)));
    cases.map(|(threads, loss)| steps(threads, loss)).collect()
}

#[cfg(feature = "training")]
fn steps(threads: usize, loss: &str) -> Result<Task<'static>> {
    use gavel::training::run::{Config, Game};
    use std::cell::RefCell;
    let config = Config {
        loss: loss.to_owned(),
        n_critic: Some(1),
        learning_rate: Some(1e-4),
        beta1: Some(0.5),
        ..Config::default()
    };
    let n = config.batch_size;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|e| Error::usage(format!("{threads} threads: {e}")))?;
    let real: Vec<f32> = (0..n * 784)
        .map(|i| ((i * 7 + i / 784) % 13) as f32 / 12.0)
        .collect();
    let places: Vec<usize> = (0..n).collect();
    let game = RefCell::new((Game::new(&config.settle()?, n)?, 0));
    let ours = move || {
        let (game, at) = &mut *game.borrow_mut();
        let mut last = 0.0;
        for _ in 0..STEPS {
            last = pool
                .install(|| game.step(*at, &real, &places))?
                .discriminator;
            *at += 1;
        }
        Ok(last)
    };
    Ok(Task {
        name: format!("{STEPS} training steps, {loss}, 64 x 28 x 28, threads: {threads}"),
        what: "The study's MNIST pair (13 million weights), an update of the discriminator and one of the generator a step. \
               The value is the discriminator's last loss, of other weights on each side.",
        ours: Box::new(ours),
        peer: PEER
            .replace("LOSS", loss)
            .replace("THREADS", &threads.to_string())
            .replace("STEPS", &STEPS.to_string()),
    })
}
