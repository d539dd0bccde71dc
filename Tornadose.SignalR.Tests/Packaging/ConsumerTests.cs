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
        var program = blocks.First(
            block => block.Language == "csharp" && block.Text.Contains("WebApplication.CreateBuilder", StringComparison.Ordinal)).Text;
        var page = blocks.First(block => block.Language == "html").Text;
        await using var app = await ConsumerApp.CreateAsync(
            package, program.Replace("app.Run();", "app.UseFileServer();\napp.MapStaticAssets();\napp.Run();", StringComparison.Ordinal));
        await app.WriteAsync("wwwroot/index.html", $"<!DOCTYPE html><title>page</title>\n{page}");
        await app.WriteAsync("wwwroot/script.html", $"<!DOCTYPE html><title>page</title><link rel=\"icon\" " +
            $"href=\"data:,\">\n{DocumentBlock.All.First(block => block.File == "docs/javascript.md" && block.Language == "html").Text}");
        await app.BuildAndStartAsync();
        await using var chromium = await ChromiumPage.OpenAsync(app.Url);
        using var http = new HttpClient { BaseAddress = app.Url };
        var answer = await http.PostAsync(
            "order", new StringContent("""{"item":"tea","count":2}""", System.Text.Encoding.UTF8, "application/json"));
        Assert.True(answer.IsSuccessStatusCode, $"{answer}");
        var id = (await answer.Content.ReadAsStringAsync()).Trim('"');
        await using var stream = await RawSse.OpenAsync(new Uri(app.Url, "stores/orders?from=earliest"));
        var order = await stream.NextAsync();
        Assert.Equal(("""{"item":"tea","count":2}""", id), (order.Data, order.Id));
        Assert.Equal(
            """{"item":"tea","count":2}""", (await chromium.WaitForAsync("document.querySelector('#list li')?.textContent")).GetString());
        await chromium.GotoAsync(new Uri(app.Url, "script.html"), "script");
        Assert.Equal("tea", (await chromium.WaitForAsync(
            "document.title === 'live' && document.querySelector('#list li')?.textContent", "script")).GetString());
        Assert.Empty(await chromium.ErrorsAsync("script"));
    }

    /// <summary>An application that scales SignalR out by its own means: two libraries on one Redis client.</summary>
    [Theory]
    [InlineData("2.13.23")]
    [InlineData("3.4.35")]
    public async Task Redis_BesideSignalRsOwnBackplane_WorksWithTheClientThatTheApplicationBrings(string client)
    {
        const string Program = """
            var builder = WebApplication.CreateBuilder(args);
            var redis = builder.Configuration["redis"]!;
            builder.Services.AddSignalR().AddStackExchangeRedis(redis);
            builder.Services.AddTornadose().AddQueueStore("orders").AddStackExchangeRedis(redis);
            var app = builder.Build();
            app.MapStores("/stores");
            app.MapStoreHub("/hubs/stores");
            app.MapStorePublishing("/stores").AllowAnonymous();
            app.MapGet("/client", () => typeof(StackExchange.Redis.ConnectionMultiplexer).Assembly.GetName().Version!.ToString());
            app.Run();
            """;
        await using var redis = await RedisProcess.StartAsync();
        await using var app = await ConsumerApp.CreateAsync(package, Program, items: $"""
            {Reference("Tornadose.SignalR.StackExchangeRedis")}
            <PackageReference Include="MessagePack" Version="2.5.307" />
            <PackageReference Include="Microsoft.AspNetCore.SignalR.StackExchangeRedis" Version="10.0.15" />
            <PackageReference Include="StackExchange.Redis" Version="{client}" />
            """);
        await app.BuildAndStartAsync("--redis", redis.ConnectionString);
        using var http = new HttpClient { BaseAddress = app.Url };
        Assert.StartsWith(client[..1], await http.GetStringAsync("client"), StringComparison.Ordinal);
        await AssertPublishesToStreamAndHubAsync(app, http);
    }

    /// <summary>
    /// A server, and a trimmed WebAssembly project whose program is that of the document. The trimmer warns about Blazor's own assemblies,
    /// although such a project usually hides these warnings; it must not warn about the packages.
    /// </summary>
    [Fact]
    public async Task Blazor_TrimmedWebAssembly_IsPrerenderedThenLive()
    {
        const string Program = """
            using Browser;
            using Consumer;

            var builder = WebApplication.CreateBuilder(args);
            builder.Services.AddRazorComponents().AddInteractiveWebAssemblyComponents();
            builder.Services.AddStoreViews();
            builder.Services.AddTornadose().AddDataStore<Reading>("temperature", new Reading(21));
            var app = builder.Build();
            app.UseAntiforgery();
            app.MapStaticAssets();
            app.MapRazorComponents<Page>().AddInteractiveWebAssemblyRenderMode().AddAdditionalAssemblies(typeof(Reading).Assembly);
            app.MapStores("/stores");
            app.MapStorePublishing("/stores").AllowAnonymous();
            app.Run();
            """;
        const string Excluded = "<DefaultItemExcludes>$(DefaultItemExcludes);Browser/**</DefaultItemExcludes>" + Uncompressed;
        await using var app = await ConsumerApp.CreateAsync(package, Program, Excluded, $"""
            {Reference("Tornadose.SignalR.Blazor")}
            <PackageReference Include="Microsoft.AspNetCore.Components.WebAssembly.Server" Version="10.0.15" />
            <ProjectReference Include="Browser/Browser.csproj" />
            """);
        await app.WriteAsync("Page.razor", """
            @page "/"
            @using static Microsoft.AspNetCore.Components.Web.RenderMode
            <!DOCTYPE html>
            <html lang="en">
            <head><base href="/" /><link rel="icon" href="data:," /></head>
            <body><Browser.Temperature @rendermode="InteractiveWebAssembly" /><script src="_framework/blazor.web.js"></script></body>
            </html>
            """);
        await app.WriteAsync("Browser/Browser.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk.BlazorWebAssembly">
              <PropertyGroup>
                <NoDefaultLaunchSettingsFile>true</NoDefaultLaunchSettingsFile>
                <StaticWebAssetProjectMode>Default</StaticWebAssetProjectMode>
                <SuppressTrimAnalysisWarnings>false</SuppressTrimAnalysisWarnings>
                <TrimmerSingleWarn>false</TrimmerSingleWarn>
                <ILLinkTreatWarningsAsErrors>false</ILLinkTreatWarningsAsErrors>
                <InvariantGlobalization>true</InvariantGlobalization>
                {Uncompressed}
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Microsoft.AspNetCore.Components.WebAssembly" Version="10.0.15" />
                {Reference("Tornadose.SignalR.Blazor")}
                {Reference("Tornadose.SignalR.Client")}
              </ItemGroup>
            </Project>
            """);
        var program = DocumentBlock.All.Single(
            static block => block.File == "docs/blazor.md" &&
                block.Text.Contains("WebAssemblyHostBuilder", StringComparison.Ordinal)).Text;
        await app.WriteAsync("Browser/Program.cs", $"using Microsoft.AspNetCore.Components.WebAssembly.Hosting;\n{program}");
        await app.WriteAsync("Browser/Reading.cs", "namespace Browser;\n\npublic sealed record Reading(int Degrees);");
        await app.WriteAsync("Browser/Temperature.razor", """
            @using Tornadose.SignalR
            <StoreView T="Reading" Store="temperature">
                <p data-runs="@RendererInfo.Name">@context.Latest?.Value.Degrees degrees</p>
            </StoreView>
            """);
        var warnings = await app.PublishPortableAndStartAsync();
        Assert.Contains("Trim analysis warning", warnings, StringComparison.Ordinal); // otherwise the warnings may be suppressed
        Assert.DoesNotContain("Tornadose.SignalR", warnings, StringComparison.Ordinal);
        using var http = new HttpClient { BaseAddress = app.Url };
        Assert.Contains("<p data-runs=\"Static\">21 degrees</p>", await http.GetStringAsync(""), StringComparison.Ordinal);
        await using var chromium = await ChromiumPage.OpenAsync(app.Url);
        await chromium.WaitForAsync("document.querySelector('p').dataset.runs === 'WebAssembly'");
        Assert.True((await http.PostAsync("stores/temperature", Json("""{"degrees":22}"""))).IsSuccessStatusCode);
        await chromium.WaitForAsync("document.querySelector('p').textContent === '22 degrees'");
        Assert.Empty(await chromium.ErrorsAsync());
    }

    /// <summary>
    /// The twelve lines, with the variants that the front page mentions: over Redis with the Aspire integration, on SQLite, where an order
    /// survives a kill, and as a client that follows another server. One program for all, because native compilation takes half a minute
    /// of both cores.
    /// </summary>
    [Fact]
    public async Task FrontPage_Native_RunsOverRedisOnSqliteAndAsAClientWithoutAWarning()
    {
        const string Follow = """
            if (args is ["follow", var url, var transport])
            {
                using var client = new TornadoseClient(new Uri(url), new TornadoseClientOptions
                {
                    Transport = Enum.Parse<StoreTransport>(transport),
                    JsonSerializerOptions = new(System.Text.Json.JsonSerializerDefaults.Web) { TypeInfoResolver = AppJson.Default },
                });
                await client.PublishAsync("orders", new Order("tea", 2));
                await foreach (var message in client.ReadAllAsync<Order>("orders", StartAt.Latest))
                {
                    Console.WriteLine(message.GetValue().Item);
                    break;
                }
                return;
            }
            """;
        var blocks = DocumentBlock.All.Where(
            static block => block.File == "README.md" && block.Language == "csharp").Select(static block => block.Text).ToList();
        var context = blocks.Single(static text => text.Contains("JsonSerializerContext", StringComparison.Ordinal)).Split('\n');
        var program = blocks.First(static text => text.Contains("WebApplication.CreateBuilder", StringComparison.Ordinal))
            .Replace("var builder =", $"{Follow}\nvar builder =", StringComparison.Ordinal)
            .Replace("builder.Services.AddTornadose()", "var stores = builder.Services.AddTornadose()", StringComparison.Ordinal)
            .Replace("var app =", $"""
                if (builder.Configuration.GetConnectionString("redis") is not null)
                    builder.AddTornadose("redis");
                else
                    stores.AddSqlite("Data Source=stores.db");
                {context[0]}
                var app =
                """, StringComparison.Ordinal);
        var references = string.Concat(
            Reference("Tornadose.SignalR.Aspire"), Reference("Tornadose.SignalR.Sqlite"), Reference("Tornadose.SignalR.Client"), Rooted);
        await using var host = await StoresApp.StartAsync();
        await using var redis = await RedisProcess.StartAsync();
        await using var app = await ConsumerApp.CreateAsync(
            package, $"{program}\n{string.Join('\n', context[1..])}", ForTheTrimmer("PublishAot") + Unoptimized, references);
        await app.PublishAndStartAsync("--ConnectionStrings:redis", redis.ConnectionString);
        await AssertTakesAnOrderAsync(app);
        await app.KillAndStartAgainAsync("--Tornadose:Sqlite:Synchronous=Normal");
        await AssertTakesAnOrderAsync(app);
        await app.KillAndStartAgainAsync();
        await using var stream = await RawSse.OpenAsync(new Uri(app.Url, "stores/orders?from=earliest"));
        Assert.Equal(Order, (await stream.NextAsync()).Data);
        foreach (var transport in new[] { "ServerSentEvents", "WebSocket", "LongPolling" })
            Assert.Equal("tea", await app.RunAsync("follow", host.Url("/stores").ToString(), transport));
    }

    [Fact]
    public async Task Trimmed_EverythingMapped_RunsOnEveryWire()
    {
        const string Program = """
            using System.Text.Json.Serialization;
            using Tornadose.SignalR;

            var builder = WebApplication.CreateSlimBuilder(args);
            builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, AppJson.Default));
            builder.Services.AddHealthChecks().AddTornadose();
            builder.Services.AddTornadose().AddDataStore<Order>("latest")
                .AddQueueStore("orders", store => store.Capacity = 10).AddQueueStore("devices/{id}");
            var app = builder.Build();
            app.MapStores("/stores");
            app.MapStoreHub("/hubs/stores");
            app.MapStorePublishing("/stores").AllowAnonymous();
            app.MapStoreInspector("/stores/_inspect").AllowAnonymous();
            app.MapHealthChecks("/health");
            app.MapPost("/order", async ([FromKeyedServices("latest")] IStore<Order> latest) =>
                (await latest.PublishAsync(new Order("tea", 2))).ToString());
            app.Run();

            record Order(string Item, int Count);

            [JsonSerializable(typeof(Order))]
            [JsonSerializable(typeof(string))]
            partial class AppJson : JsonSerializerContext;
            """;
        await using var app = await ConsumerApp.CreateAsync(package, Program, ForTheTrimmer("PublishTrimmed"), Rooted);
        await app.PublishAndStartAsync();
        Assert.True(app.Has("wwwroot/_content/Tornadose.SignalR/tornadose.js"));
        Assert.False(app.Has("StackExchange.Redis.dll")); // an application without Redis does not contain it
        using var http = new HttpClient { BaseAddress = app.Url };
        Assert.True((await http.PostAsync("order", null)).IsSuccessStatusCode);
        await using var events = await RawSse.OpenAsync(new Uri(app.Url, "stores/latest"));
        Assert.Equal("""{"item":"tea","count":2}""", (await events.NextAsync()).Data);
        await using var socket = await RawWs.OpenAsync(new Uri(app.Url, "stores/orders"));
        await using var hub = await SubscribedHubAsync(app);
        Assert.True((await http.PostAsync("stores/orders?event=placed", Json("""{"item":1}"""))).IsSuccessStatusCode);
        Assert.EndsWith("""event":"placed","data":{"item":1}}""", await socket.NextTextAsync());
        Assert.Equal("Message", (await NextAsync(hub)).GetProperty("target").GetString());
        Assert.Contains("\"subscriberCount\":3", await http.GetStringAsync("stores/_inspect"));
        Assert.Equal("Healthy", await http.GetStringAsync("health"));
    }

    /// <summary>Compressing a runtime for the browser takes longer than all the rest.</summary>
    private const string Uncompressed = "<CompressionEnabled>false</CompressionEnabled>";

    /// <summary>The native compiler reports the same warnings in less time.</summary>
    private const string Unoptimized = "<Optimize>false</Optimize>";

    private const string Order = """{"item":"tea","count":2}""";

    // Without it the framework's own server does not start: the trimmer removes a method too many.
    private const string Rooted = """<TrimmerRootAssembly Include="System.Security.Cryptography" />""";

    private static string ForTheTrimmer(string property) => $"""
        <{property}>true</{property}><TrimmerSingleWarn>false</TrimmerSingleWarn>
        <EnableRequestDelegateGenerator>true</EnableRequestDelegateGenerator><InvariantGlobalization>true</InvariantGlobalization>
        """;

    private static string Reference(string id) => $"""<PackageReference Include="{id}" Version="*-*" />""";

    private static StringContent Json(string json) => new(json, System.Text.Encoding.UTF8, "application/json");

    private static async Task AssertTakesAnOrderAsync(ConsumerApp app)
    {
        using var http = new HttpClient { BaseAddress = app.Url };
        await using var stream = await RawSse.OpenAsync(new Uri(app.Url, "stores/orders"));
        var answer = await http.PostAsync("order", Json(Order));
        Assert.True(answer.IsSuccessStatusCode, $"{answer}");
        Assert.Equal(Order, (await stream.NextAsync()).Data);
    }

    private static async Task AssertPublishesToStreamAndHubAsync(ConsumerApp app, HttpClient http)
    {
        await using var stream = await RawSse.OpenAsync(new Uri(app.Url, "stores/orders"));
        await using var hub = await SubscribedHubAsync(app);
        Assert.True((await http.PostAsync("stores/orders", Json("""{"item":1}"""))).IsSuccessStatusCode);
        Assert.Equal("""{"item":1}""", (await stream.NextAsync()).Data);
        Assert.Equal("Message", (await NextAsync(hub)).GetProperty("target").GetString());
    }

    private static async Task<RawHub> SubscribedHubAsync(ConsumerApp app)
    {
        var hub = await RawHub.OpenAsync(new Uri(app.Url, "hubs/stores"), null);
        await hub.InvokeAsync("1", "Subscribe", isStream: false, "orders");
        Assert.True((await NextAsync(hub)).TryGetProperty("result", out _));
        return hub;
    }

    /// <summary>The next hub message that is not a ping.</summary>
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
