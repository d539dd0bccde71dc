using System.Text;
using System.Text.Json;
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

    /// <summary>A page requests a ticket from one node and reads from the other, as behind any load balancer.</summary>
    [Fact]
    public async Task Ticket_OfOneNode_IsTakenByAnotherThatSharesItsRedis()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var one = await ServerProcess.StartAsync($"--Server:Redis={redis.ConnectionString}");
        await using var other = await ServerProcess.StartAsync($"--Server:Redis={redis.ConnectionString}");
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Add("X-Api-Key", ServerProcess.Key);
        using var answer = await http.PostAsync(
            one.Store("_ticket"), new StringContent("""{"stores":["orders"],"transport":"sse"}""", Encoding.UTF8, "application/json"));
        var ticket = JsonElement.Parse(await answer.Content.ReadAsStringAsync()).GetProperty("ticket").GetString();
        await using var sse = await RawSse.OpenAsync(new Uri(other.Store("orders"), $"?ticket={ticket}"));
    }

    [Fact]
    public async Task Store_Keyed_TakesKeys()
    {
        await using var server = await ServerProcess.StartAsync("--Server:Stores:machines=keyed");
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Add("X-Api-Key", ServerProcess.Key);
        using var answer = await http.PutAsync(
            new Uri(server.Store("machines"), "?key=lathe"), new StringContent("""{"load":0.4}""", Encoding.UTF8, "application/json"));
        Assert.True(answer.IsSuccessStatusCode);
        Assert.Contains("lathe", await server.SnapshotAsync("machines"), StringComparison.Ordinal);
    }

    /// <summary>Otherwise the limits count all readers behind a proxy as one.</summary>
    [Theory, InlineData("false", 429), InlineData("true", 200)]
    public async Task Readers_BehindAProxy_AreToldApartWhereTheServerIsToldToTrustIt(string trusts, int status)
    {
        await using var server = await ServerProcess.StartAsync(
            $"--FORWARDEDHEADERS_ENABLED={trusts}", "--Tornadose:MaxSubscribersPerUser=1");
        await using var one = await RawSse.OpenAsync(server.Store("orders"), ("X-Forwarded-For", "192.0.2.1"));
        await using var other = await RawHttp.GetAsync(
            server.Store("orders"), ("Accept", "application/x-ndjson"), ("X-Forwarded-For", "192.0.2.2"));
        Assert.Equal(status, other.Status);
    }

    [Theory]
    [InlineData("No store is configured")]
    [InlineData("must be queue, data or keyed, not 'list'", "--Server:Stores:orders=list")]
    [InlineData("must have at least 16 characters", "--Server:Stores:orders=queue", "--Server:Keys:me:Secret=short")]
    [InlineData("Server:Redis and Server:Sqlite are both set", "--Server:Stores:o=queue", "--Server:Redis=x", "--Server:Sqlite=x")]
    [InlineData("Server:AnonymousReader is not a setting", "--Server:Stores:orders=queue", "--Server:AnonymousReader=true")]
    [InlineData("Server:Keys:me:Reads is not a setting", "--Server:Stores:orders=queue", "--Server:Keys:me:Reads:0=*")]
    [InlineData(
        "have the same Secret", "--Server:Stores:orders=queue", "--Server:Keys:a:Secret=0123456789abcdef",
        "--Server:Keys:b:Secret=0123456789abcdef")]
    [InlineData("Its folder must exist", "--Server:Stores:orders=queue", "--Server:Sqlite=Data Source=/nowhere/at/all/stores.db")]
    [InlineData("Capacity", "--Server:Stores:orders=queue", "--Tornadose:Stores:orders:Capacity=-1")]
    public async Task Start_WithSettingsThatCannotBeMeant_EndsWithWords(string words, params string[] options)
    {
        await using var server = LineProcess.Start("dotnet", [ServerProcess.Program, "--urls", "http://127.0.0.1:0", .. options]);
        Assert.Equal(1, await server.ExitCodeAsync()); // 134, with a core dump, if the exception is not caught
        await Eventually.TrueAsync(() => server.Errors.Contains(words, StringComparison.Ordinal), what: words);
        Assert.StartsWith("tornadose-server: ", server.Errors, StringComparison.Ordinal);
    }

    private static IEnumerable<(string, string)> Header(string? key) => key is null ? [] : [("X-Api-Key", key)];
}
