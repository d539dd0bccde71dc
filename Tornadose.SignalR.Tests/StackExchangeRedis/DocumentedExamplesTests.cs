using System.Text.RegularExpressions;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.StackExchangeRedis;

/// <summary>Runs the commands that <c>docs/publishing-from-anywhere.md</c> shows.</summary>
public sealed class DocumentedExamplesTests
{
    private const string Page = "docs/publishing-from-anywhere.md";

    [Fact]
    public async Task Examples_Typed_DoWhatThePageSays()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var nodes = await TwoNodes.StartAsync(
            redis.ConnectionString, configure: static options => options.Channels["orders"] = "news");
        await using var stream = await RawSse.OpenAsync(nodes.A.Url("/stores/orders"));
        var shell = Blocks("sh", redis.Port);
        Assert.Equal("1", await RunAsync("sh", "-c", shell[0])); // the number of nodes that follow the store
        Assert.Equal(("hello", null), await NextAsync(stream));
        Assert.Equal("1", await RunAsync("sh", "-c", shell[1]));
        Assert.Equal(("hello", null), await NextAsync(stream));
        string[] ids =
        [
            await RunAsync("sh", "-c", shell[2]),
            await RunAsync("sh", "-c", shell[3]),
            await RunAsync("python3", "-c", Assert.Single(Blocks("python", redis.Port))),
            await RunAsync("node", "--input-type=module", "-e", Assert.Single(Blocks("js", redis.Port))),
        ];
        Assert.All(ids, id => Assert.True(MessagePosition.TryParse(id, out _), id));
        Assert.Equal(("hello", ids[0]), await NextAsync(stream));
        Assert.Equal(("{\"total\":9.5}", ids[1]), await NextAsync(stream));
        Assert.Equal(("{\"from\": \"Python\"}", ids[2]), await NextAsync(stream));
        Assert.Equal(("{\"from\":\"Node\"}", ids[3]), await NextAsync(stream));
        Assert.Equal(ids[1], await RunAsync("sh", "-c", shell[3]));
        await using var machines = nodes.A.Get<IBackplane>().Open("machines", new(1, 1 << 20) { MaxKeys = 10, MaxTombstones = 10 });
        using var following = await machines.FollowAsync(default).WithTimeout();
        using var cursor = machines.Log.OpenCursor(StartAt.Latest);
        Assert.Equal("start end", cursor.ReadChanges());
        foreach (var (block, change) in new[] { (shell[4], "+lathe={\"load\":0.4}"), (shell[5], "-lathe") })
        {
            var id = await RunAsync("sh", "-c", block);
            await Eventually.TrueAsync(() => machines.Log.Position.ToString() == id);
            Assert.Equal(change, cursor.ReadChanges());
        }
    }

    private static async Task<(string Data, string? Id)> NextAsync(RawSse stream)
    {
        var next = await stream.NextAsync();
        return (next.Data, next.Id);
    }

    private static string[] Blocks(string language, int port) =>
        [.. Regex.Matches(File.ReadAllText(Repository.File(Page)), $"```{language}\n(.*?)```", RegexOptions.Singleline)
            .Select(block => block.Groups[1].Value.Replace("6379", $"{port}", StringComparison.Ordinal))];

    private static async Task<string> RunAsync(string file, params string[] arguments)
    {
        // The readers of the page have the script in their directory.
        await using var process = LineProcess.Start(file, arguments, Repository.File("Tornadose.SignalR.StackExchangeRedis"));
        var line = await process.NextAsync();
        Assert.Equal(0, await process.ExitCodeAsync());
        return line;
    }
}
