using System.Collections;
using ArchUnitNET.Fluent;
using Tornadose.SignalR.Tests.Architecture.Fixture.Lower;
using ArchLoader = ArchUnitNET.Loader.ArchLoader;
using IType = ArchUnitNET.Domain.IType;

namespace Tornadose.SignalR.Tests.Architecture
{
    /// <summary>
    /// Shows that the direction test detects a forbidden dependency wherever it hides. One known exception: ArchUnitNET does not see a
    /// type that is named only in a catch clause.
    /// </summary>
    public sealed class DirectionTests
    {
        private const string Root = "Tornadose.SignalR.Tests.Architecture.Fixture";

        private static readonly ArchUnitNET.Domain.Architecture House =
            new ArchLoader().LoadNamespacesWithinAssembly(typeof(DirectionTests).Assembly, $"{Root}.Lower", $"{Root}.Upper").Build();

        [Theory]
        [InlineData(typeof(Derived))]
        [InlineData(typeof(Implementer))]
        [InlineData(typeof(Constrained<>))]
        [InlineData(typeof(Decorated))]
        [InlineData(typeof(FieldOwner))]
        [InlineData(typeof(Signature))]
        [InlineData(typeof(Creator))]
        [InlineData(typeof(StaticCaller))]
        [InlineData(typeof(GenericCaller))]
        [InlineData(typeof(AsyncBody))]
        [InlineData(typeof(Iterator))]
        [InlineData(typeof(LambdaOwner))]
        [InlineData(typeof(TypeOf))]
        public void Never_ForbiddenEdge_IsFound(Type type) => Assert.False(NeverUpper(type).HasNoViolations(House));

        [Fact]
        public void Never_TypeOfAReferencedAssembly_IsFound() => Assert.False(Direction.Never(
            nameof(Web), Is(typeof(Web)), "of HTTP", static known => known.Namespace.FullName == "Microsoft.AspNetCore.Http")
            .HasNoViolations(House));

        [Theory]
        [InlineData(typeof(Derived))]
        [InlineData(typeof(AsyncBody))]
        public void Never_AllowedEdge_IsNone(Type type) =>
            Assert.True(Direction.Never(type.Name, Is(type), "nowhere", static _ => false).HasNoViolations(House));

        [Fact]
        public void Never_TypeThatKnowsNobody_IsNone() => Assert.True(NeverUpper(typeof(Hermit)).HasNoViolations(House));

        [Fact]
        public void Never_NoSuchType_IsAFailure() => Assert.False(NeverUpper(typeof(string)).HasNoViolations(House));

        private static IArchRule NeverUpper(Type type) =>
            Direction.Never(type.Name, Is(type), "in Upper", static known => known.Namespace.FullName == $"{Root}.Upper");

        private static Func<IType, bool> Is(Type type) => known => known.FullName == type.FullName;
    }
}

namespace Tornadose.SignalR.Tests.Architecture.Fixture.Upper
{
    internal interface IContract;

    internal class Thing
    {
        public static int Number() => 1;
    }

    [AttributeUsage(AttributeTargets.Class)]
    internal sealed class MarkAttribute : Attribute;
}

namespace Tornadose.SignalR.Tests.Architecture.Fixture.Lower
{
    using Tornadose.SignalR.Tests.Architecture.Fixture.Upper;

    internal sealed class Derived : Thing;

    internal sealed class Implementer : IContract;

    internal sealed class Constrained<T> where T : IContract;

    [Mark]
    internal sealed class Decorated;

    internal sealed class FieldOwner
    {
        public List<Thing[]> Things { get; } = [];
    }

    internal abstract class Signature
    {
        public abstract void Take(Func<Thing?> thing);
    }

    internal sealed class Creator
    {
        public object Create() => new Thing();
    }

    internal sealed class StaticCaller
    {
        public int Call() => Thing.Number();
    }

    internal sealed class GenericCaller
    {
        public object Call() => Array.Empty<Thing>();
    }

    internal sealed class AsyncBody
    {
        public async Task<int> CallAsync()
        {
            await Task.Yield();
            return Thing.Number();
        }
    }

    internal sealed class Iterator
    {
        public IEnumerable Numbers()
        {
            yield return Thing.Number();
        }
    }

    internal sealed class LambdaOwner
    {
        public Func<int> Later(int added) => () => Thing.Number() + added;
    }

    internal sealed class TypeOf
    {
        public string Name(int number)
        {
            // A switch, a long and a double precede the reference in the body.
            var factor = number switch { 0 => 2.5, 1 => 3.5, 2 => 4.5, 3 => 5.5, _ => long.MaxValue };
            return factor + typeof(Thing).Name;
        }
    }

    internal sealed class Web
    {
        public async Task<object> CreateAsync()
        {
            await Task.Yield();
            return new Microsoft.AspNetCore.Http.DefaultHttpContext();
        }
    }

    internal sealed class Hermit
    {
        public List<int> Numbers { get; } = [1, 2];
    }
}
