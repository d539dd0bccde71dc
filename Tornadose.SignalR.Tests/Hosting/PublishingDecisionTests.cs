using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Hosting;

public sealed class PublishingDecisionTests
{
    [Fact]
    [Case("SEC-01")]
    public async Task Start_PublishingWithoutDecision_RefusesAndSaysWhatToAdd()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(app => app.MapStorePublishing("/stores")));
        Assert.Equal(
            "'Tornadose publishing under /stores' does not say who may publish. Add .RequireAuthorization(\"policy\") or " +
                ".AllowAnonymous() to MapStorePublishing(…).", failure.Message);
    }

    [Fact]
    [Case("SEC-01")]
    public async Task Start_OneOfTwoUndecided_Refuses() => await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(app =>
    {
        app.MapStorePublishing("/open").AllowAnonymous();
        app.MapStorePublishing("/forgotten");
    }));

    public static TheoryData<string> Decisions => ["anonymous", "authorization", "policy", "attribute", "group", "nested group"];

    [Theory]
    [Case("SEC-01")]
    [MemberData(nameof(Decisions))]
    public async Task Start_PublishingDecided_Starts(string decision)
    {
        await using var host = await StartAsync(app => Map(app, decision));
        await using var http = await RawHttp.SendAsync(
            host.Url(decision.Contains("group") ? "/api/stores/orders" : "/stores/orders"), "POST", body: "x"u8.ToArray());
        Assert.Equal(decision == "anonymous" ? 200 : 401, http.Status);
    }

    [Fact]
    public async Task Start_NothingPublishes_Starts()
    {
        await using var host = await StartAsync(app => app.MapStores("/stores"));
        await using var http = await RawHttp.SendAsync(host.Url("/stores/orders"), "POST", body: "x"u8.ToArray());
        Assert.Equal(405, http.Status);
    }

    private static void Map(WebApplication app, string decision)
    {
        if (decision == "group")
            app.MapGroup("/api").RequireAuthorization().MapStorePublishing("/stores");
        else if (decision == "nested group")
            app.MapGroup("/api").RequireAuthorization().MapGroup("").MapStorePublishing("/stores");
        else
            Decide(app.MapStorePublishing("/stores"), decision);
    }

    private static void Decide(IEndpointConventionBuilder publishing, string decision) => _ = decision switch
    {
        "anonymous" => publishing.AllowAnonymous(),
        "authorization" => publishing.RequireAuthorization(),
        "policy" => publishing.RequireAuthorization(policy => policy.RequireAuthenticatedUser()),
        _ => publishing.WithMetadata(new AuthorizeAttribute()),
    };

    private static Task<TestHost> StartAsync(Action<WebApplication> map) => TestHost.StartAsync(
        builder =>
        {
            builder.Services.AddAuthentication("Bearer").AddCookie("Bearer", cookie => cookie.Events.OnRedirectToLogin = context =>
            {
                context.Response.StatusCode = 401;
                return Task.CompletedTask;
            });
            builder.Services.AddAuthorization();
            builder.Services.AddTornadose().AddQueueStore("orders");
        },
        map);
}
