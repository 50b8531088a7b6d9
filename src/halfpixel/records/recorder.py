"""Run a plan of probes in the environment of one release, and write what came out: a script of its own.

It imports NumPy and one framework, nothing of halfpixel, and runs on Python 3.7 to 3.14::

    python recorder.py plan.json outcomes.jsonl

Probes run one at a time in a child process. One that ends the child, or hangs, is an outcome: the child is
started anew and goes on with the next. What is in the file already is not run again. The file has a line for
the environment, and two for each probe: that it started, and what came out.
"""

from __future__ import annotations

import base64
import json
import os
import platform
import re
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from typing import Any, Dict, Tuple

Names = Dict[str, Any]
Result = Tuple[Any, str]  # an array, and the name of its dtype

HANG = 300.0  # seconds without a line, the import of the framework among them
IMPORT_FAILED = 3  # exit status of a child that cannot import its framework

# ---------------------------------------------------------------------------- the parent


def main(plan_path: str, out_path: str) -> int:
    """Run every probe of a plan. The exit status is 1 if the framework cannot be imported."""
    with open(plan_path, encoding="utf-8") as file:
        probes = json.load(file)["probes"]
    while True:
        before = read(out_path)
        if len(before["outcomes"]) == len(probes) and before["environment"]:
            return 0
        status = child(plan_path, out_path)
        if status == IMPORT_FAILED:
            return 1
        after = read(out_path)
        started = after["started"]
        if started is not None and started not in after["outcomes"]:
            append(out_path, {"probe": started, "crash": ended(status)})
        elif status != 0 and len(after["outcomes"]) == len(before["outcomes"]):
            sys.stderr.write("ended with status %s before the first probe\n" % status)
            return 1


def child(plan_path: str, out_path: str) -> Any:
    """Run the child until it ends or hangs; its exit status, or "hang"."""
    process = subprocess.Popen(
        [sys.executable, os.path.abspath(__file__), "--child", plan_path, out_path]
    )
    size, since = -1, time.time()
    while process.poll() is None:
        time.sleep(0.05)
        now = os.path.getsize(out_path) if os.path.exists(out_path) else 0
        if now != size:
            size, since = now, time.time()
        elif time.time() - since > HANG:
            process.kill()
            process.wait()
            return "hang"
    return process.returncode


def ended(status: Any) -> str:
    """How a process ended, in a word: SIGABRT, hang, exit status 1."""
    if isinstance(status, int) and status < 0:
        return signal.Signals(-status).name
    return status if status == "hang" else "exit status %s" % status


def read(path: str) -> Names:
    """What a file of outcomes has: by the number of the probe, and which one started last."""
    contents: Names = {"environment": None, "started": None, "outcomes": {}}
    if not os.path.exists(path):
        return contents
    with open(path, encoding="utf-8") as file:
        for line in file:
            try:
                entry = json.loads(line)
            except ValueError:
                continue  # cut off, as its process was
            if "environment" in entry:
                contents["environment"] = entry["environment"]
            elif "start" in entry:
                contents["started"] = entry["start"]
            else:
                contents["outcomes"][entry.pop("probe")] = entry
    return contents


def append(path: str, entry: Names) -> None:
    """Add a line, whole or not at all as far as a reader can see."""
    with open(path, "a", encoding="utf-8") as file:
        file.write(
            "\n" + json.dumps(entry) + "\n"
        )  # what was cut off before it stays a line of its own


# ---------------------------------------------------------------------------- the child


def work(plan_path: str, out_path: str) -> int:
    """Import the framework, and run the probes that have no outcome yet."""
    with open(plan_path, encoding="utf-8") as file:
        plan = json.load(file)
    warnings.simplefilter("ignore")
    try:
        names = LOADS[plan["framework"]]()
    except Exception as error:
        sys.stderr.write("import failed: %s: %s\n" % (type(error).__name__, error))
        return IMPORT_FAILED
    known = read(out_path)
    append(out_path, {"environment": environment(names)})
    for number, probe in enumerate(plan["probes"]):
        if number not in known["outcomes"]:
            append(out_path, {"start": number})
            entry = outcome(names, probe, plan["inputs"])
            entry["probe"] = number
            append(out_path, entry)
    return 0


# Memory that was never written shows in what is run twice; Keras's layers, which are dear, are run once.
TWICE = ("opencv", "torch")


def outcome(names: Names, probe: Names, values: Names) -> Names:
    """What comes of a probe: an array, what is raised, or that two runs differ."""
    first = once(names, probe, values)
    if names["framework"] in TWICE and repr(once(names, probe, values)) != repr(first):
        return {"varies": True}
    return first


def once(names: Names, probe: Names, values: Names) -> Names:
    """Run a probe: {"dtype", "shape", "values"}, {"raises", "words"} or {"absent"}."""
    try:
        inputs = {key: given(values[name], probe["dtype"]) for key, name in probe["inputs"].items()}
        tensors = TENSORS[names["framework"]](names, inputs, probe)
    except Exception as error:
        return raised(error)
    try:
        result, dtype = RUNNERS[probe["runner"]](names, tensors, inputs, probe)
    except Exception as error:
        entry = raised(error)
        if lacks(error):
            entry = {"absent": entry["words"]}
        return entry
    return {"dtype": dtype, "shape": list(result.shape), "values": result.ravel().tolist()}


def lacks(error: Exception) -> bool:
    """Whether what was raised says that there is no such function, flag or argument."""
    named = isinstance(error, TypeError) and "unexpected keyword" in str(error)
    return isinstance(error, AttributeError) or named


_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_PLACES = (  # where a library was built, and the lines of its sources: they differ from wheel to wheel
    (re.compile(r"OpenCV\([^)]*\)\s*"), ""),
    (re.compile(r"(?:[A-Za-z]:)?[\w.+-]*(?:[/\\][\w.+-]+)+[/\\]([\w.+-]+\.\w+):\d+"), r"\1"),
    (re.compile(r"\s+Exception raised from.*", re.DOTALL), ""),
    (re.compile(r"(?:/[\w.+-]+){3,}/"), ""),
    (re.compile(r"0x[0-9a-f]+"), "0x"),
)


def raised(error: Exception) -> Names:
    """The class of an exception and its words, in a line."""
    words = _COLOUR.sub("", str(error))
    for pattern, instead in _PLACES:
        words = pattern.sub(instead, words)
    return {"raises": type(error).__name__, "words": " ".join(words.split())[:600]}


def given(array: Names, dtype: str) -> Any:
    """An input in a dtype; bfloat16, which NumPy does not have, as float32."""
    import numpy as np

    numpy_dtype = "float32" if dtype == "bfloat16" else dtype
    return np.array(array["values"], np.float64).reshape(array["shape"]).astype(numpy_dtype)


# ---------------------------------------------------------------------------- frameworks


def load_opencv() -> Names:
    """OpenCV, in one thread; it does not print what it raises."""
    import cv2
    import numpy

    cv2.setNumThreads(1)
    logging = getattr(getattr(cv2, "utils", None), "logging", None)
    if logging is not None:
        logging.setLogLevel(logging.LOG_LEVEL_SILENT)
    return {"framework": "opencv", "cv2": cv2, "np": numpy}


def load_torch() -> Names:
    """torch, in one thread."""
    import torch

    torch.set_num_threads(1)
    return {"framework": "torch", "torch": torch, "nn": torch.nn, "F": torch.nn.functional}


def load_tensorflow() -> Names:
    """TensorFlow, in one thread and eager, with its Keras."""
    import operator

    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ["KERAS_BACKEND"] = "tensorflow"
    import tensorflow as tf

    compat = getattr(getattr(tf, "compat", tf), "v1", tf)
    if tf.__version__.startswith("1."):  # and nothing may be asked before
        one = compat.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=1)
        compat.enable_eager_execution(config=one)
    else:
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    compat.logging.set_verbosity(compat.logging.ERROR)
    keras = keras_of(tf)
    return {"framework": "tensorflow", "tf": tf, "keras": keras, "operator": operator}


def keras_of(tf: Any) -> Any:
    """The Keras that is installed beside TensorFlow: of its own package since 2.16."""
    if tuple(int(part) for part in tf.__version__.split(".")[:2]) < (2, 16):
        return tf.keras
    import keras  # of tf.keras it is another module object

    keras.config.set_image_data_format("channels_last")
    return keras


def load_keras_torch() -> Names:
    """Keras on torch, in one thread."""
    os.environ["KERAS_BACKEND"] = "torch"
    os.environ["KERAS_TORCH_DEVICE"] = "cpu"
    import keras
    import torch

    keras.config.set_image_data_format("channels_last")
    torch.set_num_threads(1)
    return {"framework": "keras_torch", "keras": keras, "torch": torch}


def load_pillow() -> Names:
    """Pillow, and NumPy for its arrays."""
    import numpy
    import PIL
    from PIL import Image

    return {"framework": "pillow", "PIL": PIL, "Image": Image, "np": numpy}


def load_jax() -> Names:
    """JAX on the CPU, in one thread."""
    os.environ["JAX_PLATFORMS"] = "cpu"
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
    import jax

    return {"framework": "jax", "jax": jax, "jnp": jax.numpy}


def load_onnxruntime() -> Names:
    """ONNX Runtime on the CPU, in one thread."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return {"framework": "onnxruntime", "onnxruntime": onnxruntime, "options": options}


def load_litert() -> Names:
    """LiteRT's interpreter."""
    from importlib import metadata

    import ai_edge_litert
    from ai_edge_litert import interpreter

    ai_edge_litert.__version__ = metadata.version("ai-edge-litert")
    return {"framework": "litert", "litert": ai_edge_litert, "interpreter": interpreter}


LOADS = {
    "opencv": load_opencv,
    "onnxruntime": load_onnxruntime,
    "torch": load_torch,
    "tensorflow": load_tensorflow,
    "keras_torch": load_keras_torch,
    "pillow": load_pillow,
    "jax": load_jax,
    "litert": load_litert,
}


def environment(names: Names) -> Names:
    """Releases, and what else may move the last bits."""
    import numpy

    packages = {}
    for key, name in _PACKAGES[names["framework"]]:
        # until 2.16 Keras is a part of TensorFlow
        if not (key == "keras" and names[name] is getattr(names.get("tf"), "keras", None)):
            packages[key] = names[name].__version__
    return {
        "packages": packages,
        "python": platform.python_version(),
        "numpy": numpy.__version__,
        "processor": processor(),
        "kernels": KERNELS[names["framework"]](names),
    }


_PACKAGES = {
    "opencv": (("opencv", "cv2"),),
    "onnxruntime": (("onnxruntime", "onnxruntime"),),
    "torch": (("torch", "torch"),),
    "tensorflow": (("tensorflow", "tf"), ("keras", "keras")),
    "keras_torch": (("keras", "keras"), ("torch", "torch")),
    "pillow": (("pillow", "PIL"),),
    "jax": (("jax", "jax"),),
    "litert": (("litert", "litert"),),
}


def processor() -> str:
    """The processor's instruction sets, as far as kernels are chosen by them."""
    flags = set()
    if os.path.exists("/proc/cpuinfo"):
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            flags = set(next((line for line in file if line.startswith("flags")), "").split())
    known = ("avx", "fma", "avx2", "avx512f", "avx512_bf16", "amx_tile")
    return " ".join([platform.machine()] + [flag for flag in known if flag in flags])


def opencv_kernels(names: Names) -> Names:
    """The instruction set of IPP, or "none"."""
    ipp = getattr(names["cv2"], "ipp", None)
    if ipp is None or not ipp.useIPP():
        return {"ipp": "none"}
    version = getattr(ipp, "getIppVersion", str)()
    return {"ipp": version.split(" (")[0] or "IPP"}


def torch_kernels(names: Names) -> Names:
    """The instruction set of torch's own kernels."""
    backend = getattr(getattr(names["torch"], "backends", None), "cpu", None)
    capability = getattr(backend, "get_cpu_capability", None)
    return {"capability": capability() if capability else "unknown"}


def tensorflow_kernels(names: Names) -> Names:
    """Whether oneDNN's kernels are used."""
    try:
        from tensorflow.python.util import _pywrap_util_port

        return {"onednn": bool(_pywrap_util_port.IsMklEnabled())}
    except (ImportError, AttributeError):
        return {"onednn": False}


def no_kernels(names: Names) -> Names:
    """Nothing: the same on every processor."""
    return {}


KERNELS = {
    "opencv": opencv_kernels,
    "onnxruntime": no_kernels,
    "torch": torch_kernels,
    "tensorflow": tensorflow_kernels,
    "keras_torch": torch_kernels,
    "pillow": no_kernels,
    "jax": no_kernels,
    "litert": no_kernels,
}

# ---------------------------------------------------------------------------- inputs and results

# from (N, C, H, W), and (c_in, c_out, kernel_h, kernel_w), to channels last
_CHANNELS_LAST = {"x": (0, 2, 3, 1), "w": (2, 3, 1, 0), "b": (0,)}


def as_they_are(names: Names, inputs: Names, probe: Names) -> Names:
    """OpenCV and Pillow take arrays."""
    return inputs


def torch_tensors(names: Names, inputs: Names, probe: Names) -> Names:
    """torch's tensors, (N, C, H, W)."""
    made = {key: names["torch"].from_numpy(value) for key, value in inputs.items()}
    if probe["dtype"] == "bfloat16":
        made = {key: tensor.to(names["torch"].bfloat16) for key, tensor in made.items()}
    return made


def tensorflow_tensors(names: Names, inputs: Names, probe: Names) -> Names:
    """TensorFlow's tensors, (N, H, W, C); of Keras's calls perhaps (N, C, H, W)."""
    tf = names["tf"]
    made = {}
    for key, value in laid(inputs, probe).items():
        made[key] = tf.cast(tf.constant(value), probe["dtype"])
    return made


def keras_tensors(names: Names, inputs: Names, probe: Names) -> Names:
    """Those of Keras's backend."""
    convert = names["keras"].ops.convert_to_tensor
    return {k: convert(v, dtype=probe["dtype"]) for k, v in laid(inputs, probe).items()}


def jax_arrays(names: Names, inputs: Names, probe: Names) -> Names:
    """JAX's arrays, (N, H, W, C); those of float64 are float32 without a setting."""
    jax = names["jax"]
    jax.config.update("jax_enable_x64", probe["dtype"] == "float64")
    made = laid(inputs, probe).items()
    return {key: jax.numpy.asarray(value, dtype=probe["dtype"]) for key, value in made}


def laid(inputs: Names, probe: Names) -> Names:
    """Arrays with their channels last, unless the probe has them first."""
    import numpy as np

    if probe["runner"] == "keras_channels_first":
        return inputs
    if probe["runner"] == "depthwise":  # (kernel_h, kernel_w, channels, multiplier)
        w = inputs["w"].reshape((probe["channels"], -1, *inputs["w"].shape[2:]))
        return {"x": inputs["x"].transpose(0, 2, 3, 1), "w": w.transpose(2, 3, 0, 1)}
    return {k: np.ascontiguousarray(v.transpose(_CHANNELS_LAST[k])) for k, v in inputs.items()}


TENSORS = {
    "opencv": as_they_are,
    "onnxruntime": as_they_are,
    "torch": torch_tensors,
    "tensorflow": tensorflow_tensors,
    "keras_torch": keras_tensors,
    "pillow": as_they_are,
    "jax": jax_arrays,
    "litert": as_they_are,
}


def array(result: Any) -> Result:
    """A result as an array, and the name of its dtype; bfloat16 as float32."""
    import numpy as np

    dtype = str(getattr(result.dtype, "name", result.dtype)).replace("torch.", "")
    if dtype == "bfloat16":
        wide = result.float() if hasattr(result, "float") else np.asarray(result).astype("float32")
        return np.asarray(getattr(wide, "numpy", lambda: wide)()), dtype
    if hasattr(result, "detach"):
        result = result.detach()
    return np.asarray(result.numpy() if hasattr(result, "numpy") else result), dtype


def evaluated(names: Names, tensors: Names, text: str) -> Any:
    """The value of an expression."""
    scope = dict(names)
    scope.update(tensors)
    return eval(text, scope)


# ---------------------------------------------------------------------------- how a call is run


def images(names: Names, tensors: Names, inputs: Names, probe: Names) -> Result:
    """cv2 takes one image at a time, (H, W, C), and drops the axis of a single channel."""
    import numpy as np

    results = []
    for image in inputs["x"].transpose(0, 2, 3, 1):
        result = evaluated(names, {"x": np.ascontiguousarray(image)}, probe["text"])
        results.append((result if result.ndim == 3 else result[:, :, None]).transpose(2, 0, 1))
    result = np.stack(results)
    return result, result.dtype.name


def pictures(names: Names, tensors: Names, inputs: Names, probe: Names) -> Result:
    """Of bytes of three channels each image is one of Pillow's, mode RGB; of others each channel is. Of mode
    LA and RGBA each image is one, too."""
    import numpy as np

    x = inputs["x"]
    colours = x.dtype == np.uint8 and x.shape[1] == 3
    whole = x.shape[1] == 0 or colours or probe["runner"] == "pictures_with_alpha"
    results = []
    for image in x:
        planes = [image.transpose(1, 2, 0)] if whole else image
        made = [evaluated(names, {"x": plane}, probe["text"]) for plane in planes]
        results.append(made[0].transpose(2, 0, 1) if whole else np.stack(made))
    result = np.stack(results)
    return result, result.dtype.name


def node(names: Names, tensors: Names, inputs: Names, probe: Names) -> Result:
    """An ONNX model of one node."""
    import numpy as np

    dnn = names["cv2"].dnn
    model = np.frombuffer(base64.b64decode(probe["model"]), np.uint8)
    with tempfile.NamedTemporaryFile(suffix=".onnx") as file:  # old releases read files only
        file.write(model.tobytes())
        file.flush()
        net = dnn.readNetFromONNX(file.name)
    net.setInput(inputs["x"])
    result = np.asarray(net.forward())
    return result, result.dtype.name


def session(names: Names, tensors: Names, inputs: Names, probe: Names) -> Result:
    """An ONNX model of one node, in ONNX Runtime."""
    import numpy as np

    one = names["onnxruntime"].InferenceSession(
        base64.b64decode(probe["model"]), names["options"], providers=["CPUExecutionProvider"]
    )
    result = np.asarray(one.run(None, {"x": inputs["x"]})[0])
    return result, result.dtype.name


def interpreter(names: Names, tensors: Names, inputs: Names, probe: Names) -> Result:
    """A model of one operator of images (N, H, W, C), in LiteRT's interpreter."""
    import numpy as np

    kernels = getattr(names["interpreter"].OpResolverType, probe["resolver"])
    one = names["interpreter"].Interpreter(
        model_content=base64.b64decode(probe["model"]),
        num_threads=1,
        experimental_op_resolver_type=kernels,
    )
    one.allocate_tensors()
    x = np.ascontiguousarray(inputs["x"].transpose(0, 2, 3, 1))
    one.set_tensor(one.get_input_details()[0]["index"], x)
    one.invoke()
    result = one.get_tensor(one.get_output_details()[0]["index"]).transpose(0, 3, 1, 2)
    return result, result.dtype.name


def tensors_of(names: Names, tensors: Names, inputs: Names, probe: Names) -> Result:
    """A function of tensors."""
    return array(evaluated(names, tensors, probe["text"]))


def unfolded(names: Names, tensors: Names, inputs: Names, probe: Names) -> Result:
    """A call of lines or volumes, brought back to (N, C, H, W)."""
    n, c, h, _ = inputs["x"].shape
    result, dtype = tensors_of(names, tensors, inputs, probe)
    if result.ndim == 3:
        return result.reshape(n, c, h, result.shape[2]), dtype
    return result[..., 0], dtype


def lines(names: Names, tensors: Names, inputs: Names, probe: Names) -> Result:
    """(N · H, C, W) brought back to (N, C, H, W)."""
    n, _, h, _ = inputs["x"].shape
    result, dtype = tensors_of(names, tensors, inputs, probe)
    return result.reshape((n, h, *result.shape[1:])).swapaxes(1, 2), dtype


def volume(names: Names, tensors: Names, inputs: Names, probe: Names) -> Result:
    """A volume one pixel deep."""
    result, dtype = tensors_of(names, tensors, inputs, probe)
    return result[:, :, 0], dtype


def torch_layer(names: Names, tensors: Names, inputs: Names, probe: Names) -> Result:
    """A layer that is given its weights."""
    with names["torch"].no_grad():
        layer = evaluated(names, {}, probe["layer"]).to(tensors["x"].dtype)
        layer.weight.copy_(tensors["w"])
        if "b" in tensors:
            layer.bias.copy_(tensors["b"])
        return array(layer(tensors["x"]))


def channels_last(names: Names, tensors: Names, inputs: Names, probe: Names) -> Result:
    """A function of (N, H, W, C)."""
    result, dtype = tensors_of(names, tensors, inputs, probe)
    return result.transpose(0, 3, 1, 2), dtype


def unpadded(names: Names, tensors: Names, inputs: Names, probe: Names) -> Result:
    """A function that pads: what is inside of the zeros."""
    import numpy as np

    result, dtype = channels_last(names, tensors, inputs, probe)
    above, left, height, width = probe["box"]
    box = result[:, :, above : above + height, left : left + width]
    if np.count_nonzero(result) != np.count_nonzero(box):
        raise ValueError("not zero outside %sx%s pixels from %s" % (height, width, (above, left)))
    return box, dtype


def keras(names: Names, tensors: Names, inputs: Names, probe: Names) -> Result:
    """A function of Keras's, or a layer that is perhaps given its weights."""
    if "layer" in probe:
        layer = evaluated(names, {}, probe["layer"])
        if "w" in tensors:
            layer.build(tuple(tensors["x"].shape))
            layer.set_weights([array(tensors[key])[0] for key in ("w", "b") if key in tensors])
        result, dtype = array(layer(tensors["x"]))
    else:
        result, dtype = array(evaluated(names, tensors, probe["text"]))
    first = probe["runner"] == "keras_channels_first"
    return (result if first else result.transpose(0, 3, 1, 2)), dtype


RUNNERS = {
    "images": images,
    "pictures": pictures,
    "pictures_with_alpha": pictures,
    "node": node,
    "session": session,
    "interpreter": interpreter,
    "tensors": tensors_of,
    "unfolded": unfolded,
    "lines": lines,
    "volume": volume,
    "torch_layer": torch_layer,
    "channels_last": channels_last,
    "depthwise": channels_last,
    "unpadded": unpadded,
    "keras": keras,
    "keras_channels_first": keras,
}


if __name__ == "__main__":
    if sys.argv[1] == "--child":
        sys.exit(work(*sys.argv[2:]))
    sys.exit(main(*sys.argv[1:]))
