using System.Globalization;
using System.Runtime.InteropServices;

namespace Tornadose.Benchmarks.Results;

/// <summary>The machine of the measurement: what matters for the figures, and nothing that identifies it.</summary>
internal static class Machine
{
    public static string Describe()
    {
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1024.0 * 1024 * 1024);
        return string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessorCount} cores " +
            $"({Field("/proc/cpuinfo", "model name", ':')}), {memory:0} GB, {Field("/etc/os-release", "PRETTY_NAME", '=').Trim('"')}, " +
                $"Linux {Environment.OSVersion.Version.ToString(2)}, {RuntimeInformation.FrameworkDescription}, " +
                    $"{RuntimeInformation.ProcessArchitecture}");
    }

    private static string Field(string file, string name, char separator)
    {
        if (!File.Exists(file))
            return "unknown";
        var line = File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal));
        return line is null ? "unknown" : line[(line.IndexOf(separator) + 1)..].Trim();
    }
}
