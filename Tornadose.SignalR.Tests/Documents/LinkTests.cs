using System.Text.RegularExpressions;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Documents;

/// <summary>
/// The targets of the documents' links exist: files of the repository, and headings in them. The index links to every document.
/// </summary>
public sealed partial class LinkTests
{
    public static TheoryData<string> Documents => [.. Files()];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Links_OfADocument_LeadSomewhere(string file) => Assert.Empty(Broken(file, File.ReadAllText(Repository.File(file))));

    [Fact]
    public void Index_EveryDocument_IsNamed()
    {
        var linked = Link().Matches(File.ReadAllText(Repository.File("docs/README.md")))
            .Select(static match => $"docs/{match.Groups["path"].Value}").ToHashSet();
        Assert.Empty(
            Files().Where(static file => file.StartsWith("docs/", StringComparison.Ordinal) && file != "docs/README.md").Except(linked));
    }

    [Theory]
    [InlineData("[a](no-such-file.md)")]
    [InlineData("[a](redis.md#no-such-heading)")]
    [InlineData("[a](#no-such-heading)")]
    [InlineData("![a](images/no-such.png)")]
    public void Links_ThatAreBroken_AreFound(string text) => Assert.Single(Broken("docs/wrong.md", text));

    [Theory]
    [InlineData("[a](https://example.com/x#y)")]
    [InlineData("[a](redis.md#what-can-be-lost-and-how-you-see-it)")]
    [InlineData("# The `Hub`, and more\n[a](#the-hub-and-more)")]
    [InlineData("```bash\n[a](nowhere)\n```")]
    [InlineData("`[a](nowhere)`")]
    public void Links_ThatAreNot_AreNot(string text) => Assert.Empty(Broken("docs/right.md", text));

    private static IEnumerable<string> Files() =>
        new[] { "*.md", "docs/*.md", "samples/BlazorDashboard/*.md" }
            .SelectMany(
                static pattern => Directory.EnumerateFiles(Repository.File(Path.GetDirectoryName(pattern)!), Path.GetFileName(pattern)))
            .Select(static path => Path.GetRelativePath(Repository.File(""), path)).Order(StringComparer.Ordinal);

    private static IEnumerable<string> Broken(string file, string text)
    {
        foreach (Match link in Link().Matches(Code().Replace(text, "")))
        {
            var (path, anchor) = (link.Groups["path"].Value, link.Groups["anchor"].Value);
            if (path.Contains("://", StringComparison.Ordinal) || path.StartsWith("mailto:", StringComparison.Ordinal))
                continue;
            var target = path == "" ? "" : Path.Combine(Path.GetDirectoryName(Repository.File(file))!, path);
            if (target != "" && !Path.Exists(target))
                yield return $"{file}: there is no {path}";
            else if (anchor != "" && !Anchors(target == "" ? text : File.ReadAllText(target)).Contains(anchor))
                yield return $"{file}: {path} has no heading #{anchor}";
        }
    }

    /// <summary>Anchors as GitHub generates them: lower case, without punctuation, dashes for spaces.</summary>
    private static HashSet<string> Anchors(string text) =>
        [.. Heading().Matches(Fence().Replace(text, ""))
            .Select(static match => Punctuation().Replace(match.Groups["text"].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-'))];

    [GeneratedRegex(@"\]\((?<path>[^)#\s]*)(?:#(?<anchor>[^)\s]+))?(?:\s+""[^""]*"")?\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^[ ]*```.*?^[ ]*```[ ]*$|`[^`\n]+`", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Code();

    [GeneratedRegex(@"^[ ]*```.*?^[ ]*```[ ]*$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"^#{1,6} (?<text>.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex Punctuation();
}
