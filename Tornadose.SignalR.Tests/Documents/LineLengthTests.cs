using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Documents;

/// <summary>
/// Lines end before column 140, in code and documents alike, so that two versions of a file fit side by side. In Markdown this applies
/// to prose: a row of a table cannot be broken, and the lines of an example belong to another format.
/// </summary>
public sealed class LineLengthTests
{
    private const int Longest = 139;

    private static readonly string[] Written = [".cs", ".razor", ".md", ".ts", ".sh", ".lua"];

    /// <summary>Folders with third-party files, or with files generated from the repository.</summary>
    private static readonly string[] Foreign = [".git", "bin", "obj", "node_modules", "artifacts", "vendor", "dist"];

    /// <summary>Generated files, each with the program that writes it.</summary>
    private static readonly Dictionary<string, string> Made = new()
    {
        ["Tornadose.SignalR/wwwroot/tornadose.d.ts"] = "clients/javascript",
        ["benchmarks/RESULTS.md"] = "benchmarks",
        ["docs/scaling.md"] = "eng/scaling.py",
    };

    [Fact]
    public void Lines_OfEveryFile_EndBeforeColumn140() => Assert.Empty(Files(new DirectoryInfo(Repository.File(".")))
        .Select(static file => Path.GetRelativePath(Repository.File("."), file.FullName))
        .Where(static file => !Made.ContainsKey(file))
        .SelectMany(static file => TooLong(file, File.ReadAllText(Repository.File(file))).Select(line => $"{file}:{line}")));

    [Theory]
    [InlineData("a.cs", "x", 139, false)]
    [InlineData("a.cs", "x", 140, true)]
    [InlineData("a.cs", "// ", 140, true)]
    [InlineData("a.md", "x", 140, true)]
    [InlineData("a.md", "- ", 140, true)]
    [InlineData("a.md", "| ", 140, false)]
    [InlineData("a.md", "```\n", 144, false)]
    [InlineData("a.md", "```\n```\n", 148, true)]
    [InlineData("a.md", "<!-- ", 140, false)]
    public void Lines_BeyondTheLimit_AreFound(string file, string begin, int length, bool found) =>
        Assert.Equal(found, TooLong(file, $"short\n{begin.PadRight(length, 'x')}\n").Any());

    private static IEnumerable<int> TooLong(string file, string text)
    {
        var (isMarkdown, isExample) = (file.EndsWith(".md", StringComparison.Ordinal), false);
        foreach (var (index, line) in text.Split('\n').Index())
        {
            isExample ^= isMarkdown && line.TrimStart().StartsWith("```", StringComparison.Ordinal);
            var isProse = !isExample && !line.StartsWith('|') && !line.StartsWith("<!--", StringComparison.Ordinal);
            if (line.TrimEnd('\r').Length > Longest && (isProse || !isMarkdown))
                yield return index + 1;
        }
    }

    private static IEnumerable<FileInfo> Files(DirectoryInfo folder) => folder.EnumerateFiles()
        .Where(static file => file.LinkTarget is null && Written.Contains(file.Extension))
        .Concat(folder.EnumerateDirectories()
            .Where(static inner => inner.LinkTarget is null && !Foreign.Contains(inner.Name))
            .SelectMany(Files));
}
