//! A network in ONNX Runtime: a pool of sessions, one picture a run on the CPU, a fixed padded batch on a GPU.
//!
//! The library's kernels choose their blocking by batch size and by number of threads, which moves features in the
//! last bits. So on the CPU every run has one picture and one thread, and speed comes from as many sessions as there
//! are workers; on a GPU every run has the same number of rows, the last one padded with zeros.
//!
//! Memory on the Inception network (95 MB of weights): about 130 MB a session beside the file's own bytes. Sessions
//! built one after the other reuse what the building of the one before left behind; built side by side by two workers
//! they took 620 MB instead of 500.

use super::header::Header;
use super::onnx_runtime::Runtime;
use super::{Provider, check_length, rows};
use crate::error::{Error, Result};
use crate::features::{Engine, Extractor};
use ort::ep;
use ort::logging::LogLevel;
use ort::session::builder::{GraphOptimizationLevel, PrepackedWeights, SessionBuilder};
use ort::session::{HasSelectedOutputs, OutputSelector, RunOptions, Session};
use ort::value::TensorRef;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

/// Rows of every run on a GPU.
const GPU_BATCH: usize = 32;

/// As many sessions are built at once, one after the other; more are built by the workers that need them.
const BUILT_AT_ONCE: usize = 4;

/// One network in ONNX Runtime.
pub(super) struct OnnxRuntime {
    runtime: Runtime,
    provider: Provider,
    /// The file, as long as sessions may still be built.
    network: Option<Arc<Vec<u8>>>,
    name: String,
    header: Header,
    input_name: String,
    outputs: Vec<(String, usize)>,
    /// Rows of the input tensor.
    batch: usize,
    /// Rows in use, at most `batch`.
    per_run: usize,
    prepacked: PrepackedWeights,
    pool: Mutex<Pool>,
    returned: Condvar,
    most_sessions: usize,
}

struct Pool {
    idle: Vec<Slot>,
    made: usize,
}

struct Slot {
    session: Session,
    options: RunOptions<HasSelectedOutputs>,
}

impl OnnxRuntime {
    /// Builds the first sessions, so that a network that cannot run fails here.
    ///
    /// # Errors
    /// An engine error with the library's own words.
    pub(super) fn new(
        runtime: Runtime,
        provider: Provider,
        network: Arc<Vec<u8>>,
        header: Header,
        extractor: &Extractor,
        threads: usize,
    ) -> Result<Self> {
        let (batch, per_run, most_sessions) = match (provider, header.fixed_batch) {
            (Provider::Cpu, fixed) => (fixed.unwrap_or(1), 1, threads.max(1)),
            (Provider::Cuda, fixed) => {
                let batch = fixed.unwrap_or(GPU_BATCH);
                (batch, batch, 1)
            }
        };
        let mut engine = Self {
            runtime,
            provider,
            network: Some(network),
            name: extractor.name.clone(),
            header,
            input_name: extractor.input_name.clone(),
            outputs: extractor
                .outputs
                .iter()
                .map(|output| (output.name.clone(), output.width))
                .collect(),
            batch,
            per_run,
            prepacked: PrepackedWeights::new(),
            pool: Mutex::new(Pool {
                idle: Vec::new(),
                made: 0,
            }),
            returned: Condvar::new(),
            most_sessions,
        };
        let made = most_sessions.min(BUILT_AT_ONCE);
        let idle = (0..made)
            .map(|_| engine.session())
            .collect::<Result<Vec<_>>>()?;
        if made == most_sessions {
            engine.network = None;
        }
        engine.pool = Mutex::new(Pool { idle, made });
        Ok(engine)
    }

    fn session(&self) -> Result<Slot> {
        let failed = |error: ort::Error| {
            let mend = match self.provider {
                Provider::Cpu => "try --engine tract, or another version of ONNX Runtime",
                Provider::Cuda => {
                    "check that the GPU driver, CUDA and cuDNN fit this onnxruntime-gpu, or use --provider cpu"
                }
            };
            Error::engine(format!(
                "{}: ONNX Runtime ({}) cannot run this network: {error}",
                self.name,
                self.runtime.library.path.display()
            ))
            .mend(mend)
        };
        let network = self
            .network
            .as_ref()
            .ok_or_else(|| failed(ort::Error::new("every session was built already")))?;
        let session = self
            .builder()
            .and_then(|mut builder| builder.commit_from_memory(network))
            .map_err(failed)?;
        let selection = self
            .outputs
            .iter()
            .fold(OutputSelector::no_default(), |selection, (name, _)| {
                selection.with(name)
            });
        let options = RunOptions::new().map_err(failed)?.with_outputs(selection);
        Ok(Slot { session, options })
    }

    fn builder(&self) -> ort::Result<SessionBuilder> {
        let builder = Session::builder(&self.runtime.environment)?
            .with_log_level(LogLevel::Fatal)?
            .with_optimization_level(GraphOptimizationLevel::All)?
            .with_intra_threads(1)?
            .with_inter_threads(1)?
            .with_parallel_execution(false)?
            .with_deterministic_compute(true)?
            // Both cost memory only: a plan of all buffers, and weights in an arena that grows by doubling.
            .with_memory_pattern(false)?
            .with_device_allocated_initializers()?
            .with_prepacked_weights(&self.prepacked)?;
        let provider = match self.provider {
            Provider::Cpu => ep::CPU::default().with_arena_allocator(true).build(),
            Provider::Cuda => ep::CUDA::default()
                .with_tf32(false)
                .with_conv_algorithm_search(ep::cuda::ConvAlgorithmSearch::Default)
                .build(),
        };
        Ok(builder.with_execution_providers([provider.error_on_failure()])?)
    }

    /// An idle session, or a new one while fewer than `most_sessions` exist, or the next that comes back.
    fn take(&self) -> Result<Slot> {
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(slot) = pool.idle.pop() {
                return Ok(slot);
            }
            if pool.made < self.most_sessions {
                pool.made += 1;
                // Built without the lock: the other workers go on meanwhile.
                drop(pool);
                return self.session().inspect_err(|_| {
                    self.pool
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .made -= 1;
                    self.returned.notify_one();
                });
            }
            pool = self
                .returned
                .wait(pool)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn give_back(&self, slot: Slot) {
        self.pool
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .idle
            .push(slot);
        self.returned.notify_one();
    }

    /// One run over at most `per_run` tensors.
    fn run_once(&self, slot: &mut Slot, tensors: &[Vec<f32>]) -> Result<Vec<Vec<Vec<f32>>>> {
        let failed = |error: ort::Error| {
            Error::engine(format!(
                "{}: ONNX Runtime stopped while running the network: {error}",
                self.name
            ))
        };
        let shape = self.header.shape(self.batch);
        let padded;
        let input: &[f32] = match tensors {
            [tensor] if self.batch == 1 => tensor,
            _ => {
                let mut all = tensors.concat();
                all.resize(self.batch * self.header.picture_len(), 0.0);
                padded = all;
                &padded
            }
        };
        let input = TensorRef::from_array_view((shape, input)).map_err(failed)?;
        let outputs = slot
            .session
            .run_with_options(
                ort::inputs![self.input_name.as_str() => input],
                &slot.options,
            )
            .map_err(failed)?;
        let mut results = vec![Vec::with_capacity(self.outputs.len()); tensors.len()];
        for (name, width) in &self.outputs {
            let (_, values) = outputs
                .get(name)
                .ok_or_else(|| {
                    Error::engine(format!(
                        "{}: ONNX Runtime gave no output `{name}`",
                        self.name
                    ))
                })?
                .try_extract_tensor::<f32>()
                .map_err(|error| {
                    Error::engine(format!("the output `{name}` is no float32 tensor: {error}"))
                })?;
            for (result, row) in results
                .iter_mut()
                .zip(rows(name, values, self.batch, *width)?)
            {
                result.push(row.to_vec());
            }
        }
        Ok(results)
    }
}

impl Engine for OnnxRuntime {
    fn class(&self) -> &'static str {
        match self.provider {
            Provider::Cpu => "onnxruntime-cpu",
            Provider::Cuda => "onnxruntime-cuda",
        }
    }

    fn describe(&self) -> String {
        format!(
            "onnxruntime {} ({})",
            self.runtime
                .library
                .version
                .as_deref()
                .unwrap_or("of unknown version"),
            self.provider.name()
        )
    }

    fn pictures_per_run(&self) -> usize {
        self.per_run
    }

    fn run(&self, tensors: &[Vec<f32>]) -> Result<Vec<Vec<Vec<f32>>>> {
        for tensor in tensors {
            check_length(tensor, self.header.picture_len())?;
        }
        let mut slot = self.take()?;
        let results = tensors
            .chunks(self.per_run)
            .map(|part| self.run_once(&mut slot, part))
            .collect::<Result<Vec<_>>>();
        self.give_back(slot);
        Ok(results?.into_iter().flatten().collect())
    }
}
