using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Authorization;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Hosting;

/// <summary>The scheme of tickets alongside the application's own.</summary>
public sealed class QuerySchemeTests
{
    [Theory, InlineData(0, null, false), InlineData(1, "one", true), InlineData(2, null, true)]
    public async Task Default_OfTheApplication_StaysWhatItWas(int schemes, string? expected, bool added)
    {
        await using var host = await TestHost.StartAsync(builder =>
        {
            var authentication = builder.Services.AddAuthentication();
            if (schemes > 0)
                authentication.AddCookie("one");
            if (schemes > 1)
                authentication.AddCookie("two");
            builder.Services.AddTornadose();
        });
        var provider = host.Get<IAuthenticationSchemeProvider>();
        Assert.Equal(expected, (await provider.GetDefaultAuthenticateSchemeAsync())?.Name);
        Assert.Equal(expected, (await provider.GetDefaultChallengeSchemeAsync())?.Name);
        Assert.Equal(added, await provider.GetSchemeAsync(StoreTicketDefaults.AuthenticationScheme) is not null);
    }

    [Fact, Case("SEC-16")]
    public async Task Ticket_ApplicationWithoutAuthentication_Is401AndNoError()
    {
        await using var host = await StoresApp.StartAsync();
        await using var stream = await RawHttp.GetAsync(host.Orders("?ticket=x"));
        await using var asked = await RawHttp.SendAsync(
            host.Url("/stores/_ticket"), "POST", [("Content-Type", "application/json")], "{}"u8.ToArray());
        Assert.Equal((401, 401), (stream.Status, asked.Status));
        host.Logs.AssertNoErrors();
    }
}
