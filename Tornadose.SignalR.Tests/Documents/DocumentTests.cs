using System.Reflection;

namespace Tornadose.SignalR.Tests.Documents;

/// <summary>Every code block of the documents compiles, runs, or is checked; one that cannot be says why.</summary>
public sealed class DocumentTests
{
    public static TheoryData<string> Blocks => [.. DocumentBlock.All.Select(block => block.ToString())];

    [Theory]
    [MemberData(nameof(Blocks))]
    public Task Block_OfADocument_IsRight(string name)
    {
        var block = DocumentBlock.All.Single(block => block.ToString() == name);
        if (block.Test is { } test)
            Assert.Contains(Assembly.GetExecutingAssembly().GetTypes(), type => type.Name == test);
        return block.Skipped is not null || block.Test is not null ? Task.CompletedTask : BlockChecks.CheckAsync(block);
    }

    [Theory]
    [InlineData("csharp", "builder.Services.AddTornadose().AddNoStore(1);")]
    [InlineData("csharp", "record Order(string Item;")]
    [InlineData("js", "const = 1;")]
    [InlineData("html", "<script>let let = 1;</script>")]
    [InlineData("bash", "if true; then")]
    [InlineData("bash", "dotnet run --project samples/NoSuchSample")]
    [InlineData("bash", "curl -N http://localhost:5000/stores/unknown")]
    [InlineData("python", "def f(:")]
    [InlineData("json", """{ "Tornadose": { "Stores": { "orders": { "Capacty": 1 } } } }""")]
    [InlineData("json", """{ "a": }""")]
    [InlineData("xml", "<a>")]
    [InlineData("yaml", "a: b: c")]
    [InlineData("nginx", "proxy_bufering off;")]
    [InlineData("text", "anything")]
    [InlineData("", "anything")]
    public async Task Block_ThatIsWrong_Fails(string language, string text)
    {
        if (language == "csharp")
            Assert.NotEmpty(CSharpBlocks.ErrorsOf(text));
        else
            await Assert.ThrowsAnyAsync<Exception>(
                () => BlockChecks.CheckAsync(new DocumentBlock("wrong.md", 1, language, text, null, null, "")));
    }

    [Fact]
    public void Read_CommentsBeforeABlock_BelongToIt()
    {
        const string Text = """
            <!-- test: given record Order(string Item); -->
            <!-- something else -->
            ```csharp
            one
            ```
            <!-- test: skip because it needs a cluster -->

              ```sh
              two
              ```
            ```text
            three
            ```
            """;
        var blocks = DocumentBlock.Read("a.md", Text).ToList();
        Assert.Equal(
            [("csharp", "one\n", 3), ("sh", "two\n", 8), ("text", "three\n", 11)],
            blocks.Select(block => (block.Language, block.Text, block.Line)));
        Assert.Equal("record Order(string Item);", blocks[0].Given);
        Assert.Equal([null, "it needs a cluster", null], blocks.Select(block => block.Skipped));
    }
}
