using System.Globalization;

namespace Tornadose.Benchmarks.Native;

/// <summary>What processes have used, as the operating system counts it.</summary>
internal static class ProcessUsage
{
    private const double TicksPerSecond = 100; // USER_HZ, the same on every Linux
    private const int UserTimeField = 11; // counted after the closing parenthesis of the name, proc(5)

    /// <summary>Processor time of the processes, in seconds, from <c>/proc/PID/stat</c>.</summary>
    public static double CpuSeconds(IEnumerable<int> processes) => processes.Sum(CpuSeconds);

    /// <summary>Resident memory of the processes, in bytes, from <c>/proc/PID/status</c>.</summary>
    public static long ResidentBytes(IEnumerable<int> processes) => processes.Sum(ResidentBytes);

    /// <summary>The process and those that it started.</summary>
    public static IReadOnlyList<int> Family(int process)
    {
        var children = File.ReadAllText($"/proc/{process}/task/{process}/children");
        return [process, .. children.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];
    }

    private static double CpuSeconds(int process)
    {
        var stat = File.ReadAllText($"/proc/{process}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(fields[UserTimeField], CultureInfo.InvariantCulture) + long.Parse(
            fields[UserTimeField + 1], CultureInfo.InvariantCulture)) / TicksPerSecond;
    }

    private static long ResidentBytes(int process)
    {
        var line = File.ReadLines($"/proc/{process}/status").First(static line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(
            line.AsSpan("VmRSS:".Length).TrimEnd(" kB"), NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture) * 1024;
    }
}
