using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Endpoints;

/// <summary>Cookie authentication, which refuses by a redirect that no stream client can follow.</summary>
public sealed class AuthorizationTests
{
    public static TheoryData<string, string> Requests => new()
    {
        { "GET", "text/event-stream" },
        { "GET", "application/x-ndjson" },
        { "GET", "application/json" },
        { "HEAD", "*/*" },
        { "POST", "*/*" },
        { "GET", "websocket" },
    };

    [Theory]
    [Case("HTTP-31", "SEC-02")]
    [MemberData(nameof(Requests))]
    public async Task RequireAuthorization_Anonymous_Gets401WithoutRedirect(string method, string accept)
    {
        await using var host = await StartAsync();
        await using var http = await SendAsync(host, method, accept, cookie: null);
        Assert.Equal(401, http.Status);
        Assert.Empty(await http.ReadToEndAsync());
        Assert.Equal(0, host.Subscribers());
    }

    [Theory]
    [Case("HTTP-31", "SEC-02")]
    [MemberData(nameof(Requests))]
    public async Task RequireAuthorization_WrongUser_Gets403WithoutRedirect(string method, string accept)
    {
        await using var host = await StartAsync();
        await using var http = await SendAsync(host, method, accept, await SignInAsync(host, "somebody"));
        Assert.Equal(403, http.Status);
        Assert.Empty(await http.ReadToEndAsync());
        Assert.Equal(0, host.Subscribers());
    }

    [Theory]
    [Case("SEC-02")]
    [MemberData(nameof(Requests))]
    public async Task RequireAuthorization_RightUser_IsLetIn(string method, string accept)
    {
        await using var host = await StartAsync();
        await using var http = await SendAsync(host, method, accept, await SignInAsync(host, "reader"));
        Assert.Equal(accept == "websocket" ? 101 : 200, http.Status);
    }

    private static Task<TestHost> StartAsync() => TestHost.StartAsync(
        builder =>
        {
            builder.Services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie();
            builder.Services.AddAuthorization(options => options.AddPolicy("reader", policy => policy.RequireUserName("reader")));
            builder.Services.AddTornadose(options => options.DrainWindow = TimeSpan.Zero).AddQueueStore("orders");
        },
        app =>
        {
            app.MapGet("/sign-in/{name}", (string name, HttpContext context) => context.SignInAsync(
                new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, name)], "test"))));
            app.MapStores("/stores").RequireAuthorization("reader");
            app.MapStorePublishing("/stores").RequireAuthorization("reader");
        });

    private static async Task<string> SignInAsync(TestHost host, string name)
    {
        await using var http = await RawHttp.GetAsync(host.Url($"/sign-in/{name}"));
        return http.Header("Set-Cookie")!.Split(';')[0];
    }

    private static Task<RawHttp> SendAsync(TestHost host, string method, string accept, string? cookie)
    {
        List<(string, string)> headers = accept == "websocket"
            ? [.. RawWs.HandshakeHeaders]
            : [("Accept", accept), ("Connection", "close")];
        if (cookie is not null)
            headers.Add(("Cookie", cookie));
        return RawHttp.SendAsync(host.Orders(), method, headers, method == "POST" ? "x"u8.ToArray() : null);
    }
}
