using System.Text.RegularExpressions;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Documents;

/// <summary>A fenced block of a document, with the instructions to the tests in the comments before it.</summary>
/// <param name="File">The document.</param>
/// <param name="Line">The line of the opening fence.</param>
/// <param name="Language">The language that the fence names.</param>
/// <param name="Text">The block's content.</param>
/// <param name="Skipped">Why it is not tested; null if it is.</param>
/// <param name="Test">The test class that runs it; null for the general check of its language.</param>
/// <param name="Given">Code that the reader has to imagine before it.</param>
internal sealed partial record DocumentBlock(
    string File, int Line, string Language, string Text, string? Skipped, string? Test, string Given)
{
    public static IReadOnlyList<DocumentBlock> All { get; } = [.. Documents().SelectMany(Read)];

    public override string ToString() => $"{File}:{Line} {Language}";

    /// <summary>
    /// Reads the blocks of a document. A comment belongs to the block that follows it, with only empty lines and other comments between.
    /// </summary>
    public static IEnumerable<DocumentBlock> Read(string file, string text)
    {
        foreach (Match match in Fence().Matches(text))
        {
            var line = text.AsSpan(0, match.Groups["fence"].Index).Count('\n') + 1;
            var words = match.Groups["comment"].Captures.Select(comment => comment.Value.Trim())
                .Where(comment => comment.StartsWith("test:", StringComparison.Ordinal))
                .Select(comment => comment["test:".Length..].Trim()).ToList();
            Assert.All(words, word => Assert.True(
                IsKnown(word),
                $"{file}:{line}: a comment for tests says «skip because …», «run by ClassName» or «given code», not «{word}»."));
            var indent = match.Groups["indent"].Value;
            var content = string.Join('\n', match.Groups["text"].Value.Split('\n')
                .Select(one => one.StartsWith(indent, StringComparison.Ordinal) ? one[indent.Length..] : one));
            yield return new DocumentBlock(
                file, line, match.Groups["language"].Value, content, Word(words, "skip because "), Word(words, "run by "),
                string.Join('\n', words.Select(word => After(word, "given ")).OfType<string>()));
        }
    }

    private static IEnumerable<string> Documents()
    {
        yield return "README.md";
        yield return "CONTRIBUTING.md";
        foreach (var path in Directory.EnumerateFiles(
            Repository.File("docs"), "*.md", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            yield return Path.GetRelativePath(Repository.File(""), path);
    }

    private static IEnumerable<DocumentBlock> Read(string file) =>
        Read(file, System.IO.File.ReadAllText(Repository.File(file)).ReplaceLineEndings("\n"));

    private static bool IsKnown(string word) =>
        new[] { "skip because ", "run by ", "given " }.Any(known => After(word, known) is { Length: > 0 });

    private static string? Word(List<string> words, string known) =>
        words.Select(word => After(word, known)).FirstOrDefault(rest => rest is not null);

    private static string? After(string word, string known) =>
        word.StartsWith(known, StringComparison.Ordinal) ? word[known.Length..].Trim() : null;

    [GeneratedRegex(
        @"(?:^[ ]*<!--(?<comment>.*?)-->\s*\n)*(?<fence>^(?<indent>[ ]*)```(?<language>[^\n`]*)\n)(?<text>.*?)^[ ]*```[ ]*$",
        RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();
}
