using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Authorization;

/// <summary>Tickets for clients that cannot send headers.</summary>
public sealed class TicketTests
{
    [Theory, Case("SEC-02", "SEC-14"), InlineData("sse", "text/event-stream", 200), InlineData("sse", "*/*", 200),
        InlineData("websocket", "websocket", 101)]
    public async Task Ticket_OfAUser_OpensOneStream(string transport, string accept, int status)
    {
        await using var host = await RolesApp.StartAsync();
        var ticket = await host.GetTicketAsync(transport: transport);
        Assert.Equal(status, await host.OpenAsync(ticket, accept: accept));
        Assert.Equal(401, await host.OpenAsync(ticket, accept: accept));
    }

    [Fact]
    public async Task Post_Answer_IsTheContract()
    {
        await using var host = await RolesApp.StartAsync();
        await using var answer = await host.AskAsync("""{"stores":["devices/ann","plain"],"transport":"websocket"}""", ("X-User", "ann"));
        Assert.Equal(
            (200, "application/json; charset=utf-8", "no-store"),
            (answer.Status, answer.Header("Content-Type"), answer.Header("Cache-Control")));
        var json = JsonElement.Parse(await answer.ReadTextAsync());
        Assert.Equal(30, json.GetProperty("expiresIn").GetInt32());
        Assert.Matches("^[A-Za-z0-9_-]{100,2000}$", json.GetProperty("ticket").GetString());
        Assert.Equal(["ticket", "expiresIn"], json.EnumerateObject().Select(property => property.Name));
    }

    [Theory, Case("SEC-02", "SEC-05", "HTTP-31")]
    [InlineData(null, RolesApp.Store, false, 401)]
    [InlineData("bob", RolesApp.Store, false, 403)]
    [InlineData("bob", RolesApp.Store, true, 404)]
    [InlineData("bob", "unknown", true, 404)]
    [InlineData("ann", RolesApp.Store, false, 200)]
    [InlineData("admin", RolesApp.Store, true, 200)]
    public async Task Post_User_IsDecidedByTheStoresPolicy(string? user, string store, bool hide, int status)
    {
        await using var host = await RolesApp.StartAsync(hide);
        (string, string)[] headers = user is null ? [] : [("X-User", user)];
        await using var answer = await host.AskAsync($$"""{"stores":["{{store}}"],"transport":"sse"}""", headers);
        Assert.Equal(status, answer.Status);
        Assert.Null(answer.Header("Location"));
    }

    [Theory, Case("SEC-10"), InlineData("https://evil.example", 403), InlineData("null", 403), InlineData("https://friend.example", 200)]
    public async Task Post_FromAPage_OnlyOfTheSameHostOrAListedOne(string origin, int status)
    {
        await using var host = await RolesApp.StartAsync(configure: options => options.AllowedOrigins.Add("https://friend.example"));
        await using var answer = await host.AskAsync("""{"stores":["plain"],"transport":"sse"}""", ("X-User", "ann"), ("Origin", origin));
        Assert.Equal(status, answer.Status);
    }

    [Theory, Case("SEC-16")]
    [InlineData("", 400)]
    [InlineData("x", 400)]
    [InlineData("null", 400)]
    [InlineData("{}", 400)]
    [InlineData("""{"stores":["plain"]}""", 400)]
    [InlineData("""{"stores":["plain"],"transport":"ndjson"}""", 400)]
    [InlineData("""{"stores":"plain","transport":"sse"}""", 400)]
    [InlineData("""{"stores":[],"transport":"sse"}""", 404)]
    [InlineData("""{"stores":[null],"transport":"sse"}""", 404)]
    [InlineData("""{"stores":["_ticket"],"transport":"sse"}""", 404)]
    public async Task Post_BodyThatIsNone_IsRefusedInWords(string body, int status)
    {
        await using var host = await RolesApp.StartAsync();
        await using var answer = await host.AskAsync(body, ("X-User", "ann"));
        Assert.Equal(status, answer.Status);
        Assert.DoesNotContain("Exception", await answer.ReadTextAsync(), StringComparison.Ordinal);
        host.Logs.AssertNoErrors();
    }

    [Theory, InlineData(64, 200), InlineData(65, 400)]
    public async Task Post_ManyStores_AsManyAsAConnectionCarries(int count, int status)
    {
        await using var host = await RolesApp.StartAsync(add: stores => stores.AddQueueStore("many/{number}"));
        var names = string.Join(',', Enumerable.Range(0, count).Select(number => $"\"many/{number}\""));
        await using var answer = await host.AskAsync($$"""{"stores":[{{names}}],"transport":"sse"}""", [("X-User", "ann")]);
        Assert.Equal(status, answer.Status);
    }

    [Fact, Case("SEC-07")]
    public async Task Get_TheTicketsPath_IsNoStore()
    {
        await using var host = await RolesApp.StartAsync();
        await using var answer = await RawHttp.GetAsync(host.Url("/stores/_ticket"), ("X-User", "ann"));
        Assert.Equal(404, answer.Status);
    }

    [Fact]
    public async Task Post_LargeBodyOrForeignType_IsRefused()
    {
        await using var host = await RolesApp.StartAsync();
        await using var large = await host.AskAsync(
            $$"""{"stores":["{{new string('x', 16 * 1024)}}"],"transport":"sse"}""", ("X-User", "ann"));
        await using var form = await RawHttp.SendAsync(
            host.Url("/stores/_ticket"), "POST", [("Content-Type", "text/plain"), ("X-User", "ann")], "{}"u8.ToArray());
        Assert.Equal((413, 415), (large.Status, form.Status));
    }

    [Theory, Case("SEC-02")]
    [InlineData("plain", "text/event-stream", "GET")] // not one of its stores
    [InlineData(RolesApp.Store, "websocket", "GET")] // not its transport
    [InlineData(RolesApp.Store, "application/x-ndjson", "GET")]
    [InlineData(RolesApp.Store, "application/json", "GET")]
    [InlineData(RolesApp.Store, "text/event-stream", "HEAD")]
    public async Task Ticket_ForSomethingElse_IsRefusedAndNotUsedUp(string store, string accept, string method)
    {
        await using var host = await RolesApp.StartAsync();
        var ticket = await host.GetTicketAsync();
        Assert.Equal(401, await host.OpenAsync(ticket, store, accept, method));
        Assert.Equal(200, await host.OpenAsync(ticket));
    }

    /// <summary>Data protection uses the system clock, so the test creates a ticket that has expired instead of waiting.</summary>
    [Theory, InlineData(30, 200), InlineData(0, 401), InlineData(-1, 401)]
    public async Task Ticket_Late_HasExpired(int seconds, int status)
    {
        await using var host = await RolesApp.StartAsync();
        host.Get<TornadoseOptions>().TicketLifetime = TimeSpan.FromSeconds(seconds);
        Assert.Equal(status, await host.OpenAsync(await host.GetTicketAsync()));
    }

    [Theory, InlineData("x"), InlineData(""), InlineData("%00"), InlineData("a&ticket=b")]
    public async Task Ticket_ThatIsNone_Is401WithoutDetails(string ticket)
    {
        await using var host = await RolesApp.StartAsync();
        await using var answer = await RawHttp.GetAsync(host.Url($"/stores/plain?ticket={ticket}"));
        Assert.Equal((401, "Sign in first.\n"), (answer.Status, await answer.ReadTextAsync()));
        Assert.Equal(0, host.Get<SubscriberRegistry>().Count);
    }

    [Fact]
    public async Task Ticket_Altered_IsRefused()
    {
        await using var host = await RolesApp.StartAsync();
        var ticket = await host.GetTicketAsync();
        var altered = (ticket[20] == 'A' ? 'B' : 'A') is var other ? $"{ticket[..20]}{other}{ticket[21..]}" : "";
        Assert.Equal(401, await host.OpenAsync(altered));
        Assert.Equal(401, await host.OpenAsync(ticket[..^4]));
        Assert.Equal(200, await host.OpenAsync(ticket));
    }

    [Fact, Case("SEC-03")]
    public async Task Ticket_RightsWereTakenAwaySince_IsDecidedAnew()
    {
        await using var host = await RolesApp.StartAsync();
        var ticket = await host.GetTicketAsync();
        host.Get<Rights>().Revoked.Add("ann");
        Assert.Equal(403, await host.OpenAsync(ticket));
    }

    [Fact]
    public async Task Ticket_UsedManyTimesAtOnce_OpensOne()
    {
        await using var host = await RolesApp.StartAsync();
        var ticket = await host.GetTicketAsync();
        var opened = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => host.OpenAsync(ticket)));
        Assert.Equal((1, 19), (opened.Count(status => status == 200), opened.Count(status => status == 401)));
    }

    [Theory, InlineData(false, 401), InlineData(true, 200)]
    public async Task Ticket_EndpointThatRequiresAuthorization_PassesIt(bool withTicket, int status)
    {
        await using var host = await RolesApp.StartAsync(
            stores: stores => stores.RequireAuthorization(policy => policy.RequireUserName("ann")));
        var ticket = await host.GetTicketAsync(store: "plain");
        await using var answer = await RawHttp.GetAsync(host.Url($"/stores/plain{(withTicket ? $"?ticket={ticket}" : "")}"));
        Assert.Equal(status, answer.Status);
    }

    [Fact]
    public async Task Ticket_PolicyThatNamesSchemes_PassesWhenItNamesThatOfTickets()
    {
        await using var host = await RolesApp.StartAsync(stores: stores => stores.RequireAuthorization(policy => policy
            .AddAuthenticationSchemes("declared", SignalR.StoreTicketDefaults.AuthenticationScheme).RequireUserName("ann")));
        Assert.Equal(200, await host.OpenAsync(await host.GetTicketAsync(store: "plain"), "plain"));
    }

    [Fact]
    public async Task Ticket_BesideOtherCredentials_IsWhoCounts()
    {
        await using var host = await RolesApp.StartAsync();
        var ticket = await host.GetTicketAsync();
        await using var answer = await RawHttp.GetAsync(host.Url($"/stores/{RolesApp.Store}?ticket={ticket}&user=bob"));
        Assert.Equal(200, answer.Status);
    }

    [Fact]
    public async Task Ticket_SeveralStores_OpensThemOnOneConnection()
    {
        await using var host = await RolesApp.StartAsync();
        await using var asked = await host.AskAsync("""{"stores":["devices/ann","plain"],"transport":"sse"}""", ("X-User", "ann"));
        var ticket = JsonElement.Parse(await asked.ReadTextAsync()).GetProperty("ticket").GetString();
        await using var stream = await RawSse.OpenAsync(host.Url($"/stores?store=plain&store=devices/ann&from=earliest&ticket={ticket}"));
        await host.Get<IStoreProvider>().GetStore("plain").PublishAsync("x");
        Assert.Equal("x", (await stream.NextAsync()).Data);
    }

    [Fact, Case("SEC-14")]
    public async Task Ticket_OnceTaken_IsOutOfTheRequest()
    {
        var seen = new List<string>();
        await using var host = await RolesApp.StartAsync(stores: stores => stores.Add(endpoint =>
        {
            var next = endpoint.RequestDelegate!;
            endpoint.RequestDelegate = context =>
            {
                seen.Add(context.Request.QueryString.Value!);
                return next(context);
            };
        }));
        Assert.Equal(200, await host.OpenAsync($"{await host.GetTicketAsync(store: "plain")}&x=1%260&y=%C3%A4", "plain"));
        Assert.Equal("?x=1%260&y=%C3%A4", seen[^1]);
    }
}
