using Microsoft.AspNetCore.SignalR;

namespace Tornadose.SignalR.Tests.Hubs;

/// <summary>The types that a client expects when it parses the hub's bytes itself.</summary>
internal sealed class ClientBinder : IInvocationBinder
{
    public static readonly ClientBinder Instance = new();

    public Type GetReturnType(string invocationId) => typeof(object);

    public Type GetStreamItemType(string streamId) => typeof(object);

    public IReadOnlyList<Type> GetParameterTypes(string methodName) =>
        methodName == "Connected" ? [typeof(string)] : [typeof(string), typeof(object)];
}
