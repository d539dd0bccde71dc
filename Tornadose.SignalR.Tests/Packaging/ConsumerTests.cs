using System.Text.Json;
using Tornadose.SignalR.Tests.Documents;
using Tornadose.SignalR.Tests.Specifications.Transports;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Packaging;

public sealed class ConsumerTests(PackageFixture package)
{
    [Fact]
    public async Task FrontPage_ProgramAndPage_WorkFromThePackage()
    {
        var blocks = DocumentBlock.All.Where(block => block.File == "README.md").ToList();
        var program = blocks.First(block => block.Language == "csharp" && block.Text.Contains("WebApplication.CreateBuilder", StringComparison.Ordinal)).Text;
        var page = blocks.First(block => block.Language == "html").Text;
        await using var app = await ConsumerApp.CreateAsync(package, program.Replace("app.Run();", "app.UseFileServer();\napp.MapStaticAssets();\napp.Run();", StringComparison.Ordinal));
        await app.WriteAsync("wwwroot/index.html", $"<!DOCTYPE html><title>page</title>\n{page}");
        await app.WriteAsync("wwwroot/script.html", $"<!DOCTYPE html><title>page</title><link rel=\"icon\" href=\"data:,\">\n{DocumentBlock.All.First(block => block.File == "docs/javascript.md" && block.Language == "html").Text}");
        await app.BuildAndStartAsync();
        await using var chromium = await ChromiumPage.OpenAsync(app.Url);
        using var http = new HttpClient { BaseAddress = app.Url };
        var answer = await http.PostAsync("order", new StringContent("""{"item":"tea","count":2}""", System.Text.Encoding.UTF8, "application/json"));
        Assert.True(answer.IsSuccessStatusCode, $"{answer}");
        var id = (await answer.Content.ReadAsStringAsync()).Trim('"');
        await using var stream = await RawSse.OpenAsync(new Uri(app.Url, "stores/orders?from=earliest"));
        var order = await stream.NextAsync();
        Assert.Equal(("""{"item":"tea","count":2}""", id), (order.Data, order.Id));
        Assert.Equal("""{"item":"tea","count":2}""", (await chromium.WaitForAsync("document.querySelector('#list li')?.textContent")).GetString());
        await chromium.GotoAsync(new Uri(app.Url, "script.html"), "script");
        Assert.Equal("tea", (await chromium.WaitForAsync("document.title === 'live' && document.querySelector('#list li')?.textContent", "script")).GetString());
        Assert.Empty(await chromium.ErrorsAsync("script"));
    }

    [Fact]
    public async Task Trimmed_Published_RunsOnEveryWire()
    {
        const string Program = """
            using System.Text.Json.Serialization;
            using Tornadose.SignalR.Stores;

            var builder = WebApplication.CreateSlimBuilder(args);
            builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, AppJson.Default));
            builder.Services.AddHealthChecks().AddTornadose();
            builder.Services.AddTornadose().AddDataStore<Order>("latest").AddQueueStore("orders", store => store.Capacity = 10).AddQueueStore("devices/{id}");
            var app = builder.Build();
            app.MapStores("/stores");
            app.MapStoreHub("/hubs/stores");
            app.MapStorePublishing("/stores").AllowAnonymous();
            app.MapStoreInspector("/stores/_inspect").AllowAnonymous();
            app.MapHealthChecks("/health");
            app.MapPost("/order", async ([FromKeyedServices("latest")] IDataStore<Order> latest) => (await latest.PublishAsync(new Order("tea", 2))).ToString());
            app.Run();

            record Order(string Item, int Count);

            [JsonSerializable(typeof(Order))]
            [JsonSerializable(typeof(string))]
            partial class AppJson : JsonSerializerContext;
            """;
        await using var app = await ConsumerApp.CreateAsync(package, Program, $"""
            <PublishTrimmed>true</PublishTrimmed><SelfContained>true</SelfContained><RuntimeIdentifier>{System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier}</RuntimeIdentifier>
            <TrimmerSingleWarn>false</TrimmerSingleWarn><EnableRequestDelegateGenerator>true</EnableRequestDelegateGenerator><InvariantGlobalization>true</InvariantGlobalization>
            """, """<TrimmerRootAssembly Include="System.Security.Cryptography" />"""); // without it the framework's own server does not start: the trimmer takes a method too many
        await app.PublishAndStartAsync();
        Assert.True(app.Has("wwwroot/_content/Tornadose.SignalR/tornadose.js"));
        Assert.False(app.Has("StackExchange.Redis.dll")); // who does not call AddStackExchangeRedis carries nothing of it
        using var http = new HttpClient { BaseAddress = app.Url };
        Assert.True((await http.PostAsync("order", null)).IsSuccessStatusCode);
        await using var events = await RawSse.OpenAsync(new Uri(app.Url, "stores/latest"));
        Assert.Equal("""{"item":"tea","count":2}""", (await events.NextAsync()).Data);
        await using var socket = await RawWs.OpenAsync(new Uri(app.Url, "stores/orders"));
        await using var hub = await RawHub.OpenAsync(new Uri(app.Url, "hubs/stores"), null);
        await hub.InvokeAsync("1", "Subscribe", isStream: false, "orders");
        Assert.True((await NextAsync(hub)).TryGetProperty("result", out _));
        Assert.True((await http.PostAsync("stores/orders?event=placed", new StringContent("""{"item":1}""", System.Text.Encoding.UTF8, "application/json"))).IsSuccessStatusCode);
        Assert.EndsWith("""event":"placed","data":{"item":1}}""", await socket.NextTextAsync());
        Assert.Equal("Message", (await NextAsync(hub)).GetProperty("target").GetString());
        Assert.Contains("\"subscriberCount\":3", await http.GetStringAsync("stores/_inspect"));
        Assert.Equal("Healthy", await http.GetStringAsync("health"));
    }

    /// <summary>The next hub message that is no ping.</summary>
    private static async Task<JsonElement> NextAsync(RawHub hub)
    {
        JsonElement message;
        do
            message = (await hub.NextAsync())!.Value;
        while (message.GetProperty("type").GetInt32() == 6);
        Assert.False(message.TryGetProperty("error", out var error), $"{error}");
        return message;
    }
}
