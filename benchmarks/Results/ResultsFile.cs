using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Tornadose.Benchmarks.Results;

/// <summary>
/// What was measured on this machine, kept as <c>results.json</c> beside <c>RESULTS.md</c>. A run of some scenarios replaces their results
/// and leaves the others; on another machine all results are replaced.
/// </summary>
internal sealed class ResultsFile
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public string Machine { get; init; } = Results.Machine.Describe();

    public SortedDictionary<string, ScenarioResults> Scenarios { get; init; } = new(StringComparer.Ordinal);

    /// <summary>The folder of the benchmarks' sources, when the program runs from there.</summary>
    public static string Folder { get; } = typeof(ResultsFile).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(
        static data => data.Key == "ResultsFolder").Value!;

    public static ResultsFile Load(string folder)
    {
        var file = PathIn(folder);
        var kept = File.Exists(file) ? JsonSerializer.Deserialize<ResultsFile>(File.ReadAllText(file), Json) : null;
        return kept is not null && kept.Machine == Results.Machine.Describe() ? kept : new ResultsFile();
    }

    public void Save(string folder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(PathIn(folder), JsonSerializer.Serialize(this, Json) + "\n");
        File.WriteAllText(Path.Combine(folder, "RESULTS.md"), ResultsTable.Write(this));
    }

    private static string PathIn(string folder) => Path.Combine(folder, "results.json");
}
