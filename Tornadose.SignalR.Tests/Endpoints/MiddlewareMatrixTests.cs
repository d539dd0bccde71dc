using System.Security.Claims;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.HttpLogging;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Endpoints;

/// <summary>
/// Every entrance combined with the middleware that an application enables globally: no response is buffered, cached, copied, locked,
/// refused or redirected that should not be. Where possible, two clients request one URL at once.
/// </summary>
public sealed class MiddlewareMatrixTests
{
    private static readonly Dictionary<string,
        (Action<WebApplicationBuilder>? Add, Action<WebApplication> Use, string PathBase)> Middleware = new()
    {
        ["nothing"] = (null, static _ => { }, ""),
        ["response compression"] = (AddCompression, static app => app.UseResponseCompression(), ""),
        ["output caching of everything"] = (
            static builder => builder.Services.AddOutputCache(static cache => cache.AddBasePolicy(static policy => policy.Cache())),
            static app => app.UseOutputCache(), ""),
        ["response caching"] = (static builder => builder.Services.AddResponseCaching(), static app => app.UseResponseCaching(), ""),
        ["request decompression"] = (
            static builder => builder.Services.AddRequestDecompression(), static app => app.UseRequestDecompression(), ""),
        ["HTTP logging with bodies"] = (
            static builder => builder.Services.AddHttpLogging(
                static logging => (logging.LoggingFields, logging.CombineLogs) = (HttpLoggingFields.All, true)),
            static app => app.UseHttpLogging(), ""),
        ["W3C logging"] = (
            static builder => builder.Services.AddW3CLogging(
                static logging => logging.LogDirectory = Directory.CreateTempSubdirectory("tornadose-w3c").FullName),
            static app => app.UseW3CLogging(), ""),
        ["request time-outs"] = (
            static builder => builder.Services.AddRequestTimeouts(
                static all => all.DefaultPolicy = new RequestTimeoutPolicy { Timeout = TimeSpan.FromHours(1) }),
            static app => app.UseRequestTimeouts(), ""),
        ["rate limiting"] = (
            static builder =>
                builder.Services.AddRateLimiter(static all => all.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(
                static _ =>
                    RateLimitPartition.GetConcurrencyLimiter("all", static _ => new ConcurrencyLimiterOptions { PermitLimit = 100 }))),
            static app => app.UseRateLimiter(),
            ""),
        ["exception handler"] = (null, static app => app.UseExceptionHandler("/error"), ""),
        ["developer exception page"] = (null, static app => app.UseDeveloperExceptionPage(), ""),
        ["status-code pages"] = (null, static app => app.UseStatusCodePages(), ""),
        ["status-code pages with redirects"] = (null, static app => app.UseStatusCodePagesWithRedirects("/error/{0}"), ""),
        ["status-code pages executed again"] = (null, static app => app.UseStatusCodePagesWithReExecute("/error/{0}"), ""),
        ["CORS with credentials"] = (
            static builder => builder.Services.AddCors(static cors => cors.AddDefaultPolicy(
                static policy => policy.WithOrigins("https://page.example").AllowCredentials().AllowAnyHeader().AllowAnyMethod())),
            static app => app.UseCors(),
            ""),
        ["antiforgery"] = (static builder => builder.Services.AddAntiforgery(), static app => app.UseAntiforgery(), ""),
        ["HTTPS redirection behind a proxy"] = (
            static builder => builder.Services.AddHttpsRedirection(static https => https.HttpsPort = 443), UseForwardedHttps, ""),
        ["static files"] = (null, static app => app.UseFileServer(), ""),
        ["path base"] = (null, static app => app.UsePathBase("/app"), "/app"),
        ["forwarded headers"] = (
            null, static app => app.UseForwardedHeaders(new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.All }), ""),
        ["host filtering"] = (
            static builder => builder.Configuration.AddInMemoryCollection([new("AllowedHosts", "127.0.0.1")]), static _ => { }, ""),
        ["fallback policy"] = (
            static builder => builder.Services.AddAuthorizationBuilder()
                .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build()), static _ => { }, ""),
        ["WebSockets of the application"] = (null, static app => app.UseWebSockets(), ""),
        ["a body of one's own"] = (null, static app => app.Use(PassThroughAsync), ""),
        ["an ETag of one's own"] = (null, static app => app.Use(CollectJsonAsync), ""),
    };

    private static readonly Dictionary<string, Func<Application, Task>> Wires = new()
    {
        ["SSE"] = static app => StreamsAsync(app, "sse"),
        ["NDJSON"] = static app => StreamsAsync(app, "ndjson"),
        ["WebSocket"] = static app => StreamsAsync(app, "websocket"),
        ["hub"] = HubAsync,
        ["hub negotiation"] = NegotiationAsync,
        ["snapshot"] = SnapshotAsync,
        ["long polling"] = LongPollingAsync,
        ["HEAD"] = HeadAsync,
        ["publishing"] = PublishingAsync,
        ["ticket"] = TicketAsync,
        ["inspector"] = InspectorAsync,
        ["refusals"] = RefusalsAsync,
        ["come back"] = ComeBackAsync,
    };

    public static TheoryData<string, string> Cases =>
        [.. Middleware.Keys.SelectMany(static middleware => Wires.Keys.Select(wire => (middleware, wire)))];

    [Theory, MemberData(nameof(Cases)), Case("HTTP-25", "HTTP-26")]
    public async Task Middleware_InFrontOfAWire_ChangesNothing(string middleware, string wire)
    {
        await using var app = await Application.StartAsync(middleware);
        await Wires[wire](app).WithTimeout();
    }

    private static async Task StreamsAsync(Application app, string wire)
    {
        await using var one = await app.OpenAsync(wire);
        await using var two = await app.OpenAsync(wire);
        for (var number = 1; number <= 3; number++)
        {
            var id = await app.PublishAsync($"m{number}");
            foreach (var reader in new[] { one, two })
                Assert.Equal(new WireMessage(id, null, $"m{number}"), await reader.NextAsync());
        }
    }

    private static async Task HubAsync(Application app)
    {
        await using var one = await SubscribeAsync();
        await using var two = await SubscribeAsync();
        await app.PublishAsync("hello");
        Assert.Equal(("hello", "hello"), (await one.Received.Task.WithTimeout(), await two.Received.Task.WithTimeout()));

        async Task<HubReader> SubscribeAsync()
        {
            var reader = new HubReader(HubClient.Build(app.Url("/hub"), configure: static socket =>
            {
                socket.SetRequestHeader("X-User", "ann");
                socket.SetRequestHeader("X-Forwarded-Proto", "https");
            }));
            await reader.StartAsync();
            return reader;
        }
    }

    private static async Task NegotiationAsync(Application app)
    {
        await using var first = await app.SendAsync("POST", "/hub/negotiate?negotiateVersion=1");
        await using var second = await app.SendAsync("POST", "/hub/negotiate?negotiateVersion=1");
        Assert.Equal((200, 200), (first.Status, second.Status));
        Assert.NotEqual(await first.ReadTextAsync(), await second.ReadTextAsync());
    }

    private static async Task SnapshotAsync(Application app)
    {
        foreach (var text in new[] { "one", "two" })
        {
            var id = await app.PublishAsync(text);
            foreach (var answer in await Task.WhenAll(app.JsonAsync("/stores/orders"), app.JsonAsync("/stores/orders")))
                Assert.Equal((id, text), (
                    answer.GetProperty("id").GetString(),
                    answer.GetProperty("messages").EnumerateArray().Last().GetProperty("data").GetString()));
        }

        Assert.Equal(1, (await app.JsonAsync("/stores?store=orders")).GetProperty("stores").GetArrayLength());
    }

    private static async Task LongPollingAsync(Application app)
    {
        var after = await app.PublishAsync("before");
        var path = $"/stores/orders?wait=30s&after={after}";
        var answers = new[] { app.JsonAsync(path), app.JsonAsync(path) };
        await app.Host.UntilSubscribersAsync(2);
        var id = await app.PublishAsync("now");
        foreach (var answer in await Task.WhenAll(answers))
            Assert.Equal((id, "now"), (
                answer.GetProperty("id").GetString(),
                Assert.Single(answer.GetProperty("messages").EnumerateArray()).GetProperty("data").GetString()));
    }

    private static async Task HeadAsync(Application app)
    {
        foreach (var accept in new[] { "text/event-stream", "application/x-ndjson", "application/json" })
        {
            var id = await app.PublishAsync(accept);
            await using var head = await app.SendAsync("HEAD", "/stores/orders", ("Accept", accept));
            Assert.Equal((200, id), (head.Status, head.Header("Tornadose-Id")));
            Assert.StartsWith(accept, head.Header("Content-Type"), StringComparison.Ordinal);
        }
    }

    private static async Task PublishingAsync(Application app)
    {
        var first = await PostAsync();
        Assert.NotEqual(first, await PostAsync());
        Assert.Equal(2, app.Host.OrdersStore().Position.Offset);

        async Task<string> PostAsync()
        {
            await using var answer = await app.PostAsync("/stores/orders", "text/plain", "hello");
            Assert.Equal(200, answer.Status);
            return JsonElement.Parse(await answer.ReadTextAsync()).GetProperty("id").GetString()!;
        }
    }

    private static async Task TicketAsync(Application app)
    {
        await using var first = await app.PostAsync("/stores/_ticket", "application/json", """{"stores":["orders"],"transport":"sse"}""");
        await using var second = await app.PostAsync("/stores/_ticket", "application/json", """{"stores":["orders"],"transport":"sse"}""");
        var tickets = new[]
        {
            JsonElement.Parse(await first.ReadTextAsync()).GetProperty("ticket").GetString(),
            JsonElement.Parse(await second.ReadTextAsync()).GetProperty("ticket").GetString(),
        };
        Assert.NotEqual(tickets[0], tickets[1]);
        foreach (var ticket in tickets)
        {
            await using var stream = await RawHttp.GetAsync(app.Url($"/stores/orders?ticket={ticket}"), ("X-Forwarded-Proto", "https"));
            Assert.Equal(200, stream.Status);
            Assert.NotEmpty(await stream.ReadAsync());
        }
    }

    private static async Task InspectorAsync(Application app)
    {
        await using var reader = await app.OpenAsync("sse");
        Assert.Equal(1, await app.SubscribersAsync());
        await using var another = await app.OpenAsync("sse");
        Assert.Equal(2, await app.SubscribersAsync());
        await using var page = await app.SendAsync("GET", "/stores/_inspect", ("Accept", "text/html"));
        Assert.Contains("<html", await page.ReadTextAsync(), StringComparison.OrdinalIgnoreCase);
    }

    private static async Task RefusalsAsync(Application app)
    {
        foreach (var (method, path, accept, status) in new[]
        {
            ("GET", "/stores/none", "application/json", 404), ("GET", "/stores/none", "text/event-stream", 404),
            ("GET", "/stores/orders", "image/png", 406), ("GET", "/stores/orders?last=x", "application/json", 400),
            ("POST", "/stores/none", "*/*", 404),
            ("DELETE", "/stores/_inspect/subscribers/none", "*/*", 404), ("POST", "/stores/_ticket", "*/*", 415),
        })
        {
            await using var answer = await app.SendAsync(method, path, ("Accept", accept));
            Assert.Equal((status, "text/plain; charset=utf-8"), (answer.Status, answer.Header("Content-Type")));
            Assert.EndsWith(".\n", await answer.ReadTextAsync(), StringComparison.Ordinal);
        }

        await using var put = await app.SendAsync("POST", "/stores/_ticket?x", ("Content-Type", "application/json"));
        Assert.Equal(400, put.Status);
        Assert.NotEmpty(await put.ReadTextAsync());
    }

    private static async Task ComeBackAsync(Application app)
    {
        await using var first = await app.SendAsync("GET", "/stores/full", ("Accept", "text/event-stream"));
        Assert.NotEmpty(await first.ReadAsync());
        await using var second = await app.SendAsync("GET", "/stores/full", ("Accept", "text/event-stream"));
        Assert.Equal(200, second.Status);
        Assert.Contains("retry: ", await second.ReadTextAsync(), StringComparison.Ordinal);
        await using var other = await app.SendAsync("GET", "/stores/full", ("Accept", "application/x-ndjson"));
        Assert.Equal(503, other.Status);
        Assert.NotEmpty(await other.ReadTextAsync());
    }

    private static void AddCompression(WebApplicationBuilder builder) => builder.Services.AddResponseCompression(static compression =>
    {
        compression.EnableForHttps = true;
        compression.MimeTypes = [.. ResponseCompressionDefaults.MimeTypes, "text/event-stream", "application/x-ndjson"];
    });

    private static void UseForwardedHttps(WebApplication app)
    {
        app.UseForwardedHeaders(new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedProto });
        app.UseHttpsRedirection();
    }

    /// <summary>A response body that passes on what it gets, as logging or counting middleware installs it.</summary>
    private static async Task PassThroughAsync(HttpContext context, RequestDelegate next)
    {
        var body = context.Response.Body;
        await using var own = new BufferedStream(body, 1);
        context.Response.Body = own;
        try
        {
            await next(context);
        }
        finally
        {
            context.Response.Body = body;
        }
    }

    /// <summary>Buffers JSON responses and sends them with an entity tag.</summary>
    private static async Task CollectJsonAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Headers.Accept != "application/json" && !HttpMethods.IsPost(context.Request.Method))
        {
            await next(context);
            return;
        }

        var body = context.Response.Body;
        using var collected = new MemoryStream();
        context.Response.Body = collected;
        await next(context);
        context.Response.Body = body;
        context.Response.Headers.ETag = $"\"{collected.Length}\"";
        context.Response.ContentLength = collected.Length;
        await body.WriteAsync(collected.ToArray());
    }

    private sealed class HubReader(HubConnection connection) : IAsyncDisposable
    {
        public TaskCompletionSource<string> Received { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task StartAsync()
        {
            connection.On<string, JsonElement>("Message", (_, message) => Received.TrySetResult(message.GetProperty("data").GetString()!));
            await connection.StartAsync().WithTimeout();
            await connection.InvokeAsync<string>("Subscribe", "orders").WithTimeout();
        }

        public ValueTask DisposeAsync() => connection.DisposeAsync();
    }

    private sealed class Application(TestHost host, string pathBase) : IAsyncDisposable
    {
        private static readonly (string Name, string Value)[] Usual = [("X-User", "ann"), ("X-Forwarded-Proto", "https")];

        public TestHost Host => host;

        public static async Task<Application> StartAsync(string name)
        {
            var (add, use, pathBase) = Middleware[name];
            var host = await TestHost.StartAsync(
                builder =>
                {
                    builder.Services.AddSingleton<IDataProtectionProvider>(new EphemeralDataProtectionProvider());
                    builder.Services.AddAuthentication("named").AddScheme<AuthenticationSchemeOptions, NamedUser>("named", null);
                    builder.Services.AddAuthorization();
                    builder.Services.AddTornadose(static all => all.DrainWindow = TimeSpan.Zero).AddQueueStore("orders")
                        .AddQueueStore("full", static store => store.MaxSubscribers = 1);
                    add?.Invoke(builder);
                },
                app =>
                {
                    use(app);
                    if (pathBase.Length > 0)
                        app.UseRouting(); // otherwise routing comes first
                    app.UseAuthentication();
                    app.UseAuthorization();
                    if (name is "antiforgery")
                        app.UseAntiforgery();
                    app.MapStores("/stores");
                    app.MapStorePublishing("/stores").RequireAuthorization();
                    app.MapStoreInspector("/stores/_inspect").RequireAuthorization();
                    app.MapStoreHub("/hub");
                    app.Map("/error/{code?}", static context => context.Response.WriteAsync("<html>For people</html>"));
                });
            return new Application(host, pathBase);
        }

        public Uri Url(string path) => host.Url(pathBase + path);

        /// <summary>Sends a request as a browser behind a TLS-terminating proxy does.</summary>
        public Task<RawHttp> SendAsync(string method, string path, params (string Name, string Value)[] headers) =>
            RawHttp.SendAsync(Url(path), method, [.. Usual, .. headers]);

        public Task<RawHttp> PostAsync(string path, string type, string body) =>
            RawHttp.SendAsync(Url(path), "POST", [.. Usual, ("Content-Type", type)], System.Text.Encoding.UTF8.GetBytes(body));

        public Task<WireReader> OpenAsync(string wire) =>
            WireReader.OpenAsync(wire, Url("/stores/orders"), [.. Usual, ("Accept-Encoding", "gzip, br")]);

        public async Task<JsonElement> JsonAsync(string path)
        {
            await using var answer = await SendAsync("GET", path, ("Accept", "application/json"));
            Assert.Equal(200, answer.Status);
            return JsonElement.Parse(await answer.ReadTextAsync());
        }

        /// <summary>The number of subscribers that the inspector reports.</summary>
        public async Task<int> SubscribersAsync() =>
            (await JsonAsync("/stores/_inspect?store=orders")).GetProperty("nodes")[0].GetProperty("subscriberCount").GetInt32();

        public async Task<string> PublishAsync(string text) => (await host.OrdersStore().PublishAsync(text)).ToString();

        public ValueTask DisposeAsync() => host.DisposeAsync();
    }

    private sealed class NamedUser(
        IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(
            Request.Headers["X-User"] is [{ } user]
                ? AuthenticateResult.Success(
                    new AuthenticationTicket(
                        new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, user)], "named")), "named"))
                : AuthenticateResult.NoResult());
    }
}
