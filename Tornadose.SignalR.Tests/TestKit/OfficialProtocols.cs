using Microsoft.AspNetCore.SignalR;

namespace Tornadose.SignalR.Tests.TestKit;

/// <summary>What applications bring beside the library, where the build has it: <c>-p:OfficialPackages=true</c>.</summary>
internal static class OfficialProtocols
{
    /// <summary>The hub protocols of official packages.</summary>
    public static ISignalRServerBuilder AddOfficialProtocols(this ISignalRServerBuilder builder)
    {
#if OFFICIAL_PACKAGES
        Microsoft.Extensions.DependencyInjection.MessagePackProtocolDependencyInjectionExtensions.AddMessagePackProtocol(builder);
#endif
        return builder;
    }
}
