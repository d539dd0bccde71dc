using System.Text.RegularExpressions;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Documents;

/// <summary>The documents list exactly what the code measures, traces and logs.</summary>
public sealed partial class TelemetryNamesTests
{
    private static readonly string Sources = string.Concat(
        Directory.EnumerateFiles(Repository.File(""), "*.cs", SearchOption.AllDirectories)
            .Where(static file => SourceFile.IsMatch(Path.GetRelativePath(Repository.File(""), file)))
            .Select(File.ReadAllText));

    [Fact, Case("OBS-01")]
    public void Table_EveryInstrument_HasItsKindAndUnit()
    {
        var made = Instrument.Matches(Sources)
            .Where(static one => !one.Groups["name"].Value.StartsWith("tornadose.client.", StringComparison.Ordinal))
            .Select(static one => $"{one.Groups["name"].Value}: {Kind(one.Groups["kind"].Value)}{Unit(one.Groups["unit"].Value)}");
        var documented = Row.Matches(Document("operations.md"))
            .Select(static row => $"{row.Groups["name"].Value}: {row.Groups["kind"].Value}");
        Assert.Equal(made.Order(), documented.Order());
    }

    [Fact, Case("OBS-01")]
    public void Table_EveryInstrumentOfTheClient_IsNamed() =>
        Assert.All(
            Instrument.Matches(Sources).Select(static one => one.Groups["name"].Value)
                .Where(static name => name.StartsWith("tornadose.client.", StringComparison.Ordinal)),
            static name => Assert.Contains($"`{name}`", Document("dotnet-client.md"), StringComparison.Ordinal));

    /// <summary>Documents, rules and dashboards name no instrument, activity source or log event id that does not exist.</summary>
    [Fact, Case("OBS-01")]
    public void Names_InAllDocuments_AreTheCodes()
    {
        var known = TagName.Matches(Sources).Select(static one => one.Groups[1].Value).ToHashSet();
        var lines = EventId.Matches(Sources).Select(static one => int.Parse(one.Groups[1].Value, provider: null)).ToHashSet();
        Assert.All(Directory.EnumerateFiles(Repository.File("docs"), "*.md"), file =>
        {
            var text = File.ReadAllText(file);
            Assert.Subset(known, Named.Matches(text).Select(static one => one.Groups[1].Value).ToHashSet());
            Assert.All(EventRange.Matches(text), range => Assert.Subset(lines, (HashSet<int>)[
                int.Parse(range.Groups[1].Value, provider: null), int.Parse(range.Groups[2].Value, provider: null)]));
            Assert.All(
                SourceName.Matches(text), source => Assert.Contains($"\"{source.Groups[1].Value}\"", Sources, StringComparison.Ordinal));
        });
    }

    [Fact, Case("OBS-01")]
    public void Document_Activities_AreThoseThatThereAre() =>
        Assert.All(["publish <store>", "receive", "process"], static name =>
        {
            Assert.Contains($"`{name}`", Document("operations.md").ReplaceLineEndings(" "), StringComparison.Ordinal);
            Assert.Contains($"\"{name.Replace("<store>", "{measuredAs}", StringComparison.Ordinal)}", Sources, StringComparison.Ordinal);
        });

    private static string Document(string name) => File.ReadAllText(Repository.File($"docs/{name}"));

    private static string Kind(string kind) => kind switch
    {
        "Counter" => "counter",
        "UpDownCounter" => "up-down counter",
        _ => "histogram",
    };

    private static string Unit(string unit) => unit is "s" or "By" ? $", {unit}" : "";

    /// <summary>The libraries' own files.</summary>
    [GeneratedRegex(@"^Tornadose\.SignalR(\.(?!Tests|Specifications)\w+)?/(?!obj/|bin/)")]
    private static partial Regex SourceFile { get; }

    [GeneratedRegex(
        """\.Create(?:Observable)?(?<kind>Counter|UpDownCounter|Histogram)(?:<\w+>)?\("""
        + """\s*"(?<name>[a-z.]+)",(?:[^"]*,)?\s*"(?<unit>[^"]+)["]""")]
    private static partial Regex Instrument { get; }

    [GeneratedRegex("\"(tornadose\\.[a-z.]+)\"")]
    private static partial Regex TagName { get; }

    [GeneratedRegex(@"^\| `(?<name>tornadose\.[a-z.]+)` \| (?<kind>[^|]+?) \|", RegexOptions.Multiline)]
    private static partial Regex Row { get; }

    [GeneratedRegex(
        @"`(tornadose\.(?:subscri|access\.|resumes|resets|messages\.|publish\.|producers|bytes\.|delivery\.|backplane\.|sqlite\.|client\.)"
        + @"[a-z.]*[a-z])`")]
    private static partial Regex Named { get; }

    [GeneratedRegex(@"LoggerMessage\(\s*(\d+)")]
    private static partial Regex EventId { get; }

    [GeneratedRegex(@"(?:lines|events) (\d+) to (\d+)")]
    private static partial Regex EventRange { get; }

    [GeneratedRegex("""Add(?:Source|Meter)\("([^"]+)"\)""")]
    private static partial Regex SourceName { get; }
}
