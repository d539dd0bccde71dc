using Tornadose.SignalR.Tests.Samples;
using Tornadose.SignalR.Tests.Sqlite;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Server;

public sealed class ServerTests
{
    [Fact]
    public async Task Requests_WithKeys_GetWhatTheirHoldersMay()
    {
        await using var server = await ServerProcess.StartGuardedAsync();
        (string Method, string Path, string? Key, int Status)[] requests =
        [
            ("POST", "stores/orders", null, 401), ("POST", "stores/orders", "a-key-of-nobody-at-all", 401),
            ("POST", "stores/orders", ServerProcess.DeviceKey, 403), ("POST", "stores/devices/7", ServerProcess.DeviceKey, 200),
            ("POST", "stores/orders", ServerProcess.Key, 200), ("GET", "stores/orders", null, 401),
            ("GET", "stores/orders", ServerProcess.DeviceKey, 200), ("GET", "stores/devices/7", ServerProcess.DeviceKey, 403),
            ("GET", "stores/weather", ServerProcess.Key, 200), ("GET", "stores/unknown", ServerProcess.Key, 404),
            ("GET", "stores/_inspect", ServerProcess.DeviceKey, 403), ("GET", "stores/_inspect", ServerProcess.Key, 200),
            ("GET", "health/ready", null, 200), ("GET", "health/live", null, 200), ("GET", "metrics", null, 200),
        ];
        foreach (var (method, path, key, status) in requests)
        {
            await using var answer = await RawHttp.SendAsync(
                new Uri(server.Url, path), method,
                [("Content-Type", "text/plain"), ("Accept", "application/json, text/plain;q=0.5"), .. Header(key)],
                method == "POST" ? "x"u8.ToArray() : null);
            Assert.True(status == answer.Status, $"{method} {path} with {key}: {answer.Status}");
        }

        await using var bearer = await RawSse.OpenAsync(server.Store("orders"), ("Authorization", $"Bearer {ServerProcess.Key}"));
    }

    [Fact]
    public async Task Stores_OnSqlite_AreThereAfterARestart()
    {
        using var file = new StoresFile();
        await using var server = await ServerProcess.StartAsync($"--Server:Sqlite=Data Source={file.Path}");
        await using var published = await RawHttp.SendAsync(
            server.Store("orders"), "POST", [("Content-Type", "text/plain"), ("X-Api-Key", ServerProcess.Key)], "kept"u8.ToArray());
        Assert.Equal(200, published.Status);
        await server.KillAsync();
        await server.StartAgainAsync();
        await using var sse = await RawSse.OpenAsync(new Uri(server.Store("orders"), "?from=earliest"));
        Assert.Equal("kept", (await sse.NextAsync()).Data);
    }

    [Theory]
    [InlineData("No store is configured")]
    [InlineData("is queue or data, not 'list'", "--Server:Stores:orders=list")]
    [InlineData("has to have 16 characters", "--Server:Stores:orders=queue", "--Server:Keys:me:Secret=short")]
    public async Task Start_WithSettingsThatCannotBeMeant_EndsWithWords(string words, params string[] options)
    {
        await using var server = LineProcess.Start("dotnet", [ServerProcess.Program, "--urls", "http://127.0.0.1:0", .. options]);
        Assert.NotEqual(0, await server.ExitCodeAsync());
        await Eventually.TrueAsync(() => server.Errors.Contains(words, StringComparison.Ordinal), what: words);
    }

    private static IEnumerable<(string, string)> Header(string? key) => key is null ? [] : [("X-Api-Key", key)];
}
