using System.Text.Json;
using Tornadose.SignalR.Tests.Client;
using Tornadose.SignalR.Tests.Conformance;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Tool;

/// <summary>The stores from a shell.</summary>
public sealed class ToolTests
{
    [Theory]
    [InlineData("ServerSentEvents")]
    [InlineData("WebSocket")]
    [InlineData("LongPolling")]
    public async Task Tail_OverACut_WritesEachMessageOnceUntilTheStoreIsComplete(string transport)
    {
        await using var site = await ClientSite.StartAsync();
        await site.PublishAsync(1, 2);
        await using var tail = ToolRun.Start("tail", $"{site.Link.Url}stores/orders", "--earliest", "--transport", transport);
        Assert.Equal("m1 m2", await DataAsync(tail, 2));
        site.Link.Cut();
        await site.PublishAsync(3, 1);
        Assert.Equal("m3", await DataAsync(tail, 1));
        var id = await site.Store("orders").PublishAsync(JsonElement.Parse("""{"n":9007199254740993}"""), new() { EventType = "typed" });
        Assert.Equal(
            $"{{\"id\":\"{id}\",\"event\":\"typed\",\"format\":\"json\",\"data\":{{\"n\":9007199254740993}}}}",
            await tail.NextLineAsync());
        await site.Store("orders").CompleteAsync();
        Assert.Equal(0, await tail.ExitAsync());
    }

    [Fact]
    public async Task Tail_WhereItIsToldTo_BeginsThere()
    {
        await using var site = await ClientSite.StartAsync();
        var ids = await site.PublishAsync(1, 4);
        await using (var last = ToolRun.Start("tail", $"{site.Link.Url}stores/orders", "--last", "2"))
            Assert.Equal("m3 m4", await DataAsync(last, 2));
        await using (var after = ToolRun.Start("tail", $"{site.Link.Url}stores/orders", "--after", ids[0]))
            Assert.Equal("m2 m3 m4", await DataAsync(after, 3));
        await using var strange = ToolRun.Start("tail", $"{site.Link.Url}stores/orders", "--after", "strange");
        Assert.Equal("unknown", JsonElement.Parse(await strange.NextLineAsync()).GetProperty("reset").GetString());
    }

    [Theory]
    [InlineData(0, "text")]
    [InlineData(0, "{\"n\":1}", "--json")]
    [InlineData(1, "{\"n\":}", "--json")]
    public async Task Publish_Line_IsAMessage(int exit, string line, params string[] options)
    {
        await using var site = await ClientSite.StartAsync();
        await using var publish = ToolRun.StartWith(
            $"{line}\n", ["publish", $"{site.Link.Url}stores/notes", "--event", "typed", .. options]);
        Assert.Equal((exit, ""), (await publish.ExitAsync(), exit == 0 ? publish.Errors : ""));
        var messages = (await site.Store("notes").GetSnapshotAsync()).Messages;
        if (exit == 0)
            Assert.Equal((line, "typed"), Assert.Single(messages) is var message ? (message.GetText(), message.EventType) : default);
        else
            Assert.Equal(("Line 1 is not JSON", 0), (publish.Errors[..18], messages.Count));
    }

    [Fact]
    public async Task Publish_ManyLines_AreFewRequestsInOrder()
    {
        const int Count = 5000;
        await using var site = await ClientSite.StartAsync();
        using var reader = await site.Store("notes").OpenCursorAsync(StartAt.Now);
        await using var publish = ToolRun.StartWith(
            string.Concat(Enumerable.Range(0, Count).Select(static number => $"{number}\n")), "publish", $"{site.Link.Url}stores/notes");
        Assert.Equal(0, await publish.ExitAsync());
        var ids = publish.Output.TrimEnd().Split('\n');
        Assert.InRange(ids.Length, Count / PublishOptions.MaxBatchMessages, Count / 2);
        Assert.Equal(site.Store("notes").Position.ToString(), ids[^1]);
        Assert.Equal(Count, site.Store("notes").Position.Offset);
        Assert.Equal(Count - 1, int.Parse((await site.Store("notes").GetSnapshotAsync()).Messages[^1].GetText(), provider: null));
    }

    [Fact]
    public async Task Publish_LineThatIsNoJsonAmongOthers_PublishesThoseBeforeIt()
    {
        await using var site = await ClientSite.StartAsync();
        await using var publish = ToolRun.StartWith("1\n2\n\n{\n4\n", "publish", $"{site.Link.Url}stores/notes", "--json");
        Assert.Equal(1, await publish.ExitAsync());
        Assert.StartsWith("Line 4 is not JSON", publish.Errors, StringComparison.Ordinal);
        Assert.Equal(["1", "2"], (await site.Store("notes").GetSnapshotAsync()).Messages.Select(static message => message.GetText()));
    }

    /// <summary>A non-ASCII character takes six bytes in the request.</summary>
    [Fact]
    public async Task Publish_LinesThatGrowOnTheirWay_FitIntoTheirRequests()
    {
        await using var site = await ClientSite.StartAsync();
        await using var publish = ToolRun.StartWith(
            string.Concat(Enumerable.Repeat($"{new string('ж', 500)}\n", 1000)), "publish", $"{site.Link.Url}stores/notes");
        Assert.Equal((0, ""), (await publish.ExitAsync(), publish.Errors));
        Assert.Equal(1000, site.Store("notes").Position.Offset);
    }

    [Fact]
    public async Task Publish_ServerIsAway_TriesAgainAndStoresOnce()
    {
        await using var site = await ClientSite.StartAsync();
        site.Link.Redirect(null);
        await using var publish = ToolRun.StartWith("one\n", "publish", $"{site.Link.Url}stores/notes");
        Assert.Contains("Trying again", await publish.NextErrorAsync(), StringComparison.Ordinal);
        site.Link.Redirect(site.Host.Http1);
        Assert.Equal(0, await publish.ExitAsync());
        Assert.Equal("one", Assert.Single((await site.Store("notes").GetSnapshotAsync()).Messages).GetText());
    }

    [Theory]
    [InlineData("'nowhere' is not the URL of a store", "tail", "nowhere")]
    [InlineData("is not the URL of a store", "tail", "http://127.0.0.1")]
    [InlineData("only one of --after", "tail", "http://127.0.0.1/s/x", "--earliest", "--last", "3")]
    [InlineData("--last must be a number", "tail", "http://127.0.0.1/s/x", "--last", "-1")]
    [InlineData("The hub has a URL of its own", "tail", "http://127.0.0.1/s/x", "--transport", "SignalR")]
    [InlineData("must be a number of seconds", "doctor", "http://127.0.0.1/s/x", "--watch", "0")]
    public async Task Arguments_Wrong_AreNamed(string words, params string[] arguments)
    {
        await using var run = ToolRun.Start(arguments);
        Assert.Equal(1, await run.ExitAsync());
        Assert.Contains(words, run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Store_Unknown_IsNamed()
    {
        await using var site = await ClientSite.StartAsync();
        await using var tail = ToolRun.Start("tail", $"{site.Link.Url}stores/nothing");
        Assert.Equal(1, await tail.ExitAsync());
        Assert.Contains("nothing", tail.Errors, StringComparison.Ordinal);
    }

    /// <summary>Regression: Console.Out ignored the closed pipe, and the command ran forever.</summary>
    [Fact]
    public async Task Tail_ReaderOfItsOutputHasGone_EndsWithoutAWord()
    {
        await using var site = await ClientSite.StartAsync();
        await using var shell = LineProcess.Start("bash", [
            "-c", """dotnet "$0" tail "$1" --earliest | head -1; echo "${PIPESTATUS[0]}" """, Program, $"{site.Link.Url}stores/orders"]);
        await site.PublishAsync(1, 1);
        Assert.Contains("m1", await shell.NextAsync(TimeSpan.FromSeconds(60)), StringComparison.Ordinal);
        var more = 2;
        var ended = shell.NextAsync(TimeSpan.FromSeconds(60));
        await Eventually.TrueAsync(async () =>
        {
            if (!ended.IsCompleted)
                await site.PublishAsync(more++, 1);
            return ended.IsCompleted;
        });
        Assert.Equal(("0", ""), (await ended, shell.Errors));
    }

    /// <summary>Lines are written at once, although the output is not a terminal.</summary>
    [Theory, InlineData("INT"), InlineData("TERM")]
    public async Task Tail_Interrupted_HasWrittenWhatCameAndEnds(string signal)
    {
        await using var site = await ClientSite.StartAsync();
        await site.PublishAsync(1, 1);
        // A shell's background jobs ignore SIGINT, and so would the tool if the tests ran as one.
        await using var tail = LineProcess.Start(
            "env", ["--default-signal=INT", "dotnet", Program, "tail", $"{site.Link.Url}stores/orders", "--earliest"]);
        Assert.Contains("m1", await tail.NextAsync(TimeSpan.FromSeconds(60)), StringComparison.Ordinal);
        using var kill = System.Diagnostics.Process.Start("kill", [$"-{signal}", $"{tail.Id}"]);
        Assert.Equal((0, ""), (await tail.ExitCodeAsync(), tail.Errors));
    }

    [Fact]
    public async Task Publish_EmptyLinesAndLastWithoutItsEnd_AreMessages()
    {
        await using var site = await ClientSite.StartAsync();
        await using var publish = ToolRun.StartWith("one\n\nthree", "publish", $"{site.Link.Url}stores/notes");
        Assert.Equal((0, ""), (await publish.ExitAsync(), publish.Errors));
        var messages = (await site.Store("notes").GetSnapshotAsync()).Messages;
        Assert.Equal(["one", "", "three"], messages.Select(static message => message.GetText()));
    }

    /// <summary>A script that continues afterwards would consider the lines published.</summary>
    [Fact]
    public async Task Publish_InterruptedWhileTheServerIsAway_SaysThatLinesAreMissing()
    {
        await using var site = await ClientSite.StartAsync();
        site.Link.Redirect(null);
        await using var publish = ToolRun.StartWith("one\ntwo\n", "publish", $"{site.Link.Url}stores/notes");
        Assert.Contains("Trying again", await publish.NextErrorAsync(), StringComparison.Ordinal);
        Assert.Equal(1, await publish.StopAsync());
        Assert.Contains("Interrupted: of 2 lines that were read, 2", publish.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_NobodyReadsTheIds_PublishesAllTheSame()
    {
        await using var site = await ClientSite.StartAsync();
        await using var shell = LineProcess.Start("bash", [
            "-c", """printf 'one\ntwo\n' | dotnet "$0" publish "$1" | true; echo "${PIPESTATUS[1]}" """, Program,
            $"{site.Link.Url}stores/notes"]);
        Assert.Equal(("0", ""), (await shell.NextAsync(TimeSpan.FromSeconds(60)), shell.Errors));
        Assert.Equal(2, site.Store("notes").Position.Offset);
    }

    [Fact]
    public async Task Tail_CertificateNotTrusted_SaysWhy()
    {
        await using var site = await ClientSite.StartAsync();
        await using var nginx = await ProxyProcess.StartAsync("nginx", site.Host.Http1);
        await using var tail = ToolRun.Start("tail", $"{nginx.Https}stores/orders");
        var said = await tail.NextErrorAsync();
        Assert.Contains("certificate", said, StringComparison.Ordinal);
        Assert.DoesNotContain("see inner exception", said, StringComparison.Ordinal);
    }

    private static string Program { get; } = Repository.Metadata("ToolProgram");

    private static async Task<string> DataAsync(ToolRun tail, int count)
    {
        var texts = new List<string>();
        while (texts.Count < count)
            texts.Add(JsonElement.Parse(await tail.NextLineAsync()).GetProperty("data").GetString()!);
        return string.Join(' ', texts);
    }
}
