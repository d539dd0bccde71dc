using System.Text.RegularExpressions;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Operations;

/// <summary>The instruments that <c>docs/operations.md</c> lists, as OpenTelemetry's exporter for Prometheus names them.</summary>
internal static partial class PrometheusNames
{
    private static readonly string[] Labels = ["tornadose_store", "tornadose_transport", "tornadose_reason", "tornadose_result"];

    public static HashSet<string> All { get; } = [.. Row().Matches(File.ReadAllText(Repository.File("docs/operations.md")))
        .Select(static row => Spelled(row.Groups["name"].Value, row.Groups["kind"].Value))];

    /// <summary>The metrics that an expression uses, without the suffixes of histograms.</summary>
    public static IEnumerable<string> In(string expression) => Name().Matches(expression)
        .Select(static match => Regex.Replace(match.Value, "_(bucket|count|sum)$", ""))
        .Where(static name => !Labels.Contains(name)).Distinct();

    private static string Spelled(string name, string kind) => name.Replace('.', '_')
        + (kind.EndsWith(", s", StringComparison.Ordinal) ? "_seconds" : kind.EndsWith(", By", StringComparison.Ordinal) ? "_bytes" : "")
        + (kind.StartsWith("counter", StringComparison.Ordinal) ? "_total" : "");

    [GeneratedRegex(@"^\| `(?<name>tornadose\.[a-z.]+)` \| (?<kind>[^|]+?) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"\btornadose_[a-z_]+")]
    private static partial Regex Name();
}
