using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Endpoints;

/// <summary>
/// What pages of other origins can do in a real browser with a signed-in user. All run on ports of one host, so the browser sends the
/// cookie with every request of a page.
/// </summary>
public sealed class BrowserOriginTests
{
    private const string Tries = """
        async stores => {
          const own = { credentials: 'include' };
          const text = { ...own, method: 'POST', headers: { 'Content-Type': 'text/plain' } };
          const outcome = async attempt => { try { return await attempt(); } catch (error) { return error.name ?? 'refused'; } };
          const first = target => new Promise((resolve, reject) => {
            target.onmessage = event => { target.close(); resolve(event.data); };
            target.onerror = () => { target.close(); reject('refused'); };
          });
          return {
            eventSource: await outcome(() => first(new EventSource(stores + '/orders?from=earliest', { withCredentials: true }))),
            snapshot: await outcome(async () => (await (await fetch(
              stores + '/orders', { ...own, headers: { Accept: 'application/json' } })).json()).messages[0].data),
            resumed: await outcome(async () => (await fetch(
              stores + '/orders', { ...own, headers: { Accept: 'application/x-ndjson', 'Last-Event-ID': 'x' } }))
              .headers.get('Tornadose-Resume')),
            webSocket: await outcome(async () => JSON.parse(
              await first(new WebSocket(stores.replace('http', 'ws') + '/orders?from=earliest'))).data),
            hub: await outcome(() => first(Object.assign(
              new WebSocket(stores.replace('http', 'ws').replace('/stores', '/hub')),
              { onopen() { this.send('{"protocol":"json","version":1}\x1e'); } }))),
            publish: await outcome(async () => (await fetch(stores + '/orders', { ...text, body: 'by the page' })).status),
            blindPublish: await outcome(async () => (await fetch(stores + '/orders', { ...text, mode: 'no-cors', body: 'blindly' })).type),
            form: await outcome(() => new Promise(resolve => {
              const form = Object.assign(
                document.createElement('form'), { method: 'post', action: stores + '/orders', enctype: 'text/plain', target: 'sink' });
              const frame = Object.assign(document.createElement('iframe'), { name: 'sink' });
              form.append(Object.assign(document.createElement('input'), { name: 'by', value: 'form' }));
              document.body.append(frame, form);
              frame.onload = () => resolve('sent');
              form.submit();
            })),
            ticket: await outcome(async () => (await fetch(stores + '/_ticket', {
              ...own, method: 'POST', headers: { 'Content-Type': 'application/json' },
              body: '{"stores":["orders"],"transport":"sse"}',
            })).status),
          };
        }
        """;

    [Fact, Case("SEC-08", "SEC-09", "SEC-10", "HTTP-06", "HTTP-07", "WS-05")]
    public async Task Pages_OfOtherOrigins_CanDoWhatTheApplicationAllowsThem()
    {
        await using var evil = await TestHost.StartAsync(map: Page);
        await using var good = await TestHost.StartAsync(map: Page);
        await using var host = await StartAsync(Origin(good));
        await host.OrdersStore().PublishAsync("private");
        await using var chromium = await ChromiumPage.OpenAsync(host.Url("/sign-in"));

        Assert.Equal("TypeError,TypeError,TypeError", await TryAsync(chromium, evil, host, "snapshot", "resumed", "ticket"));
        Assert.Equal("refused,refused,refused", await TryAsync(chromium, evil, host, "eventSource", "webSocket", "hub"));
        Assert.Equal("TypeError,opaque,sent", await TryAsync(chromium, evil, host, "publish", "blindPublish", "form"));
        Assert.Equal(1, host.OrdersStore().Position.Offset); // none of the three attempts published anything

        Assert.Equal(
            "private,private,private,reset,{}\u001e,200",
            await TryAsync(chromium, good, host, "eventSource", "webSocket", "snapshot", "resumed", "hub", "ticket"));
        Assert.Equal(
            "private,private,private,reset,{}\u001e,200,200",
            await TryAsync(chromium, host, host, "eventSource", "webSocket", "snapshot", "resumed", "hub", "ticket", "publish"));
        Assert.True(host.OrdersStore().Position.Offset > 1);
        await chromium.GotoAsync(host.Url("/page"));
        await host.UntilSubscribersAsync(0);
    }

    private static async Task<string> TryAsync(ChromiumPage chromium, TestHost from, TestHost host, params string[] tries)
    {
        await chromium.GotoAsync(from.Url("/page"));
        var outcomes = await chromium.EvalAsync($"({Tries})('{host.Url("/stores")}')");
        return string.Join(',', tries.Select(name => outcomes.GetProperty(name).ToString()));
    }

    private static Task<TestHost> StartAsync(string friend) => TestHost.StartAsync(
        builder =>
        {
            builder.Services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie();
            builder.Services.AddAuthorizationBuilder().AddPolicy("reader", policy => policy.RequireUserName("reader"));
            builder.Services.AddCors(cors => cors.AddPolicy("page", policy => policy
                .WithOrigins(friend).AllowCredentials().WithMethods("GET", "POST")
                .WithHeaders("Last-Event-ID", "Content-Type").WithExposedHeaders("Tornadose-Resume")));
            builder.Services.AddTornadose(options =>
            {
                options.DrainWindow = TimeSpan.Zero;
                options.AllowedOrigins.Add(friend);
            }).AddQueueStore("orders", options => options.ReadPolicy = "reader");
        },
        app =>
        {
            app.UseCors();
            app.UseAuthentication();
            app.UseAuthorization();
            app.MapGet("/sign-in", (HttpContext context) => context.SignInAsync(
                new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, "reader")], "test"))));
            app.MapStores("/stores").RequireCors("page");
            app.MapStorePublishing("/stores").RequireAuthorization("reader").RequireCors("page");
            app.MapStoreHub("/hub").RequireAuthorization("reader");
            Page(app);
        });

    private static string Origin(TestHost host) => host.Http1.GetLeftPart(UriPartial.Authority);

    private static void Page(WebApplication app) =>
        app.MapGet("/page", () => Results.Content("<!doctype html><title>page</title><body></body>", "text/html"));
}
