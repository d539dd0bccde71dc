using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace Tornadose.Benchmarks.Micro;

/// <summary>The micro-benchmarks, in this process: nothing has to be generated, restored or built.</summary>
internal static class MicroProgram
{
    public static int Run(string[] arguments)
    {
        var config = DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance));
        var chosen = arguments.Length == 0 ? ["--filter", "*"] : arguments;
        BenchmarkSwitcher.FromAssembly(typeof(MicroProgram).Assembly).Run(chosen, config);
        return 0;
    }
}
