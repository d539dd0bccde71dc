using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Tornadose.SignalR.Tests.Specifications;

/// <summary>An authentication scheme without users: whatever requires authorization returns 401.</summary>
internal sealed class Nobody(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    private const string Name = "nobody";

    public static void Add(IServiceCollection services)
    {
        services.AddAuthorization();
        services.AddAuthentication(Name).AddScheme<AuthenticationSchemeOptions, Nobody>(Name, null);
    }

    protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(AuthenticateResult.NoResult());
}
